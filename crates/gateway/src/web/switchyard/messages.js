// @ts-check
/**
 * The messages of the native dialect as far as this library reads them. Types only; docs/protocol/native.md
 * says what they mean.
 *
 * @typedef {'camera'|'microphone'|'screen'|'screen_audio'|'unknown'} Source
 *
 * @typedef {{layer: number, encoding: number, live: boolean, width?: number|null, height?: number|null,
 *   bits_per_second: number}} Layer
 *
 * @typedef {object} Decision What is received of a publication now, and why not more.
 * @property {number|null} layer
 * @property {number|null} encoding
 * @property {number|null} target_encoding
 * @property {string} limited_by
 * @property {string} why
 *
 * @typedef {{id: number, kind: 'audio'|'video', source: Source, name?: string|null, muted: boolean,
 *   encodings: number, codec?: string|null}} PublicationInfo
 *
 * @typedef {{identity: string, name?: string|null, metadata?: string|null, connected?: boolean,
 *   hidden?: boolean, publications: PublicationInfo[]}} ParticipantInfo
 *
 * @typedef {object} Permissions What the token grants; all of it when the server does not say.
 * @property {Source[]} publish
 * @property {boolean} subscribe
 * @property {boolean} messages
 * @property {boolean} rename
 * @property {boolean} admin
 * @property {boolean} hidden
 * @property {{max_layer?: number|null, max_bitrate?: number|null, max_tracks?: number|null,
 *   max_subscriptions?: number|null}} [caps]
 *
 * @typedef {{type?: string, code: string, message: string, field?: string}} Fault
 *
 * @typedef {'opus'|'VP8'|'VP9'|'H264'|'AV1'|'H265'} CodecName
 * @typedef {{allowed: CodecName[], preferred: CodecName[]}} Codecs what a room takes of those who publish
 *
 * @typedef {{mid: string, publication: number}} Line
 * @typedef {{offer: number, sdp: string, subscriptions: Line[]}} Offer
 *
 * @typedef {{room: string, identity: string, name?: string|null, metadata?: string|null,
 *   participants: ParticipantInfo[], permissions?: Permissions, room_metadata?: string|null, locked?: boolean, codecs?: Codecs}} Joined
 * @typedef {Joined & {own?: (Line & {muted?: boolean})[], subscriptions?: Line[],
 *   connections?: ('publish'|'subscribe')[], missed_messages?: number}} Snapshot
 */

export {};
