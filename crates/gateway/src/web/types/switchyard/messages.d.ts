/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Source = "camera" | "microphone" | "screen" | "screen_audio" | "unknown";
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Layer = {
    layer: number;
    encoding: number;
    live: boolean;
    width?: number | null;
    height?: number | null;
    bits_per_second: number;
};
/**
 * What is received of a publication now, and why not more.
 */
export type Decision = {
    layer: number | null;
    encoding: number | null;
    target_encoding: number | null;
    limited_by: string;
    why: string;
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type PublicationInfo = {
    id: number;
    kind: "audio" | "video";
    source: Source;
    name?: string | null;
    muted: boolean;
    encodings: number;
    codec?: string | null;
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type ParticipantInfo = {
    identity: string;
    name?: string | null;
    metadata?: string | null;
    connected?: boolean;
    hidden?: boolean;
    publications: PublicationInfo[];
};
/**
 * What the token grants; all of it when the server does not say.
 */
export type Permissions = {
    publish: Source[];
    subscribe: boolean;
    messages: boolean;
    rename: boolean;
    admin: boolean;
    hidden: boolean;
    caps?: {
        max_layer?: number | null;
        max_bitrate?: number | null;
        max_tracks?: number | null;
        max_subscriptions?: number | null;
    } | undefined;
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Fault = {
    type?: string;
    code: string;
    message: string;
    field?: string;
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type CodecName = "opus" | "VP8" | "VP9" | "H264" | "AV1" | "H265";
/**
 * what a room takes of those who publish
 */
export type Codecs = {
    allowed: CodecName[];
    preferred: CodecName[];
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Line = {
    mid: string;
    publication: number;
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Offer = {
    offer: number;
    sdp: string;
    subscriptions: Line[];
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Joined = {
    room: string;
    identity: string;
    name?: string | null;
    metadata?: string | null;
    participants: ParticipantInfo[];
    permissions?: Permissions;
    room_metadata?: string | null;
    locked?: boolean;
    codecs?: Codecs;
};
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 */
export type Snapshot = Joined & {
    own?: (Line & {
        muted?: boolean;
    })[];
    subscriptions?: Line[];
    connections?: ("publish" | "subscribe")[];
    missed_messages?: number;
};
