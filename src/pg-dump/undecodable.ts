/** Compressed bytes are not what the compressor wrote. */
export class Undecodable extends Error {}
