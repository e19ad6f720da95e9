// The header of a model file, read in the browser. The weights are never read.

/** A file whose header cannot be read, by a key of the words. */
export class FileProblem extends Error {}

const mostHeader = 22 << 20;

/** What a request says of a file: its text, or its header and its size. */
export async function readModelFile(file) {
  const name = file.name.toLowerCase();
  if (name.endsWith('.json')) {
    if (file.size > 700 << 10) throw new FileProblem('file.large');
    return { text: await file.text() };
  }
  if (name.endsWith('.safetensors')) return { base64: toBase64(await safetensorsHeader(file)), size: file.size };
  if (name.endsWith('.gguf')) return { base64: toBase64(await ggufHeader(file)), size: file.size };
  throw new FileProblem('file.kind');
}

async function bytesOf(file, from, to) {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

/** Its length stands in the first eight bytes. */
async function safetensorsHeader(file) {
  const head = await bytesOf(file, 0, 8);
  if (head.length < 8) throw new FileProblem('file.short');
  const length = new DataView(head.buffer).getBigUint64(0, true);
  if (length > BigInt(mostHeader)) throw new FileProblem('file.large');
  return bytesOf(file, 0, 8 + Number(length));
}

/** Its end is found by walking through it, in pieces that grow. */
async function ggufHeader(file) {
  for (let size = 1 << 20; ; size *= 4) {
    const most = Math.min(size, mostHeader, file.size);
    const part = await bytesOf(file, 0, most);
    const end = ggufEnd(part);
    if (end >= 0) return part.subarray(0, end);
    if (most === file.size) throw new FileProblem('file.short');
    if (most === mostHeader) throw new FileProblem('file.large');
  }
}

const valueSizes = [1, 1, 2, 2, 4, 4, 4, 1, -1, -1, 8, 8, 8];
const [stringType, arrayType] = [8, 9];

/** Where the header of a GGUF file ends; −1 where the bytes end before it. */
export function ggufEnd(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const skip = (n) => { at += n; };
  const u32 = () => { skip(4); return view.getUint32(at - 4, true); };
  const u64 = () => { skip(8); return Number(view.getBigUint64(at - 8, true)); };
  const string = () => skip(u64());
  const value = (type) => {
    if (type === stringType) string();
    else if (type === arrayType) array(u32(), u64());
    else if (valueSizes[type] > 0) skip(valueSizes[type]);
    else throw new FileProblem('file.kind');
  };
  const array = (type, n) => {
    if (valueSizes[type] > 0) return skip(n * valueSizes[type]);
    for (let i = 0; i < n && at < bytes.length; i++) value(type);
  };
  try {
    if (u32() !== 0x46554747) throw new FileProblem('file.kind'); // "GGUF"
    u32(); // the version
    const [tensors, keys] = [u64(), u64()];
    for (let i = 0; i < keys; i++) { string(); value(u32()); }
    for (let i = 0; i < tensors; i++) { string(); skip(8 * u32() + 4 + 8); }
  } catch (err) {
    if (err instanceof RangeError) return -1;
    throw err;
  }
  return at <= bytes.length ? at : -1;
}

function toBase64(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
