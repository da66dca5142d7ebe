/** A new connection. @param {RTCConfiguration} configuration @returns {RTCPeerConnection} */
export function connect(configuration: RTCConfiguration): RTCPeerConnection;
