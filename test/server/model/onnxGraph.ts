/** Writes small ONNX graphs as bytes: just what the tests' encoders need of the format (a protocol buffer). */

/** The numbers that ONNX gives its element types. */
const elementType = { float32: 1, int32: 6, int64: 7 } as const;
type ElementType = keyof typeof elementType;

/** A named input or output; a text in the shape is a dimension of any size. */
export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface GraphConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxGraph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly constants: readonly GraphConstant[];
  readonly nodes: readonly GraphNode[];
}

const irVersion = 8;
const opset = 13;

/** Returns the model file of a graph. */
export function onnxFile(graph: OnnxGraph): Buffer {
  const body = Buffer.concat([
    ...graph.nodes.map((node) => message(1, nodeBytes(node))),
    text(2, "fixture"),
    ...graph.constants.map((constant) => message(5, constantBytes(constant))),
    ...graph.inputs.map((value) => message(11, valueBytes(value))),
    ...graph.outputs.map((value) => message(12, valueBytes(value))),
  ]);
  return Buffer.concat([
    integer(1, irVersion),
    message(7, body),
    message(8, Buffer.concat([text(1, ""), integer(2, opset)])),
  ]);
}

function nodeBytes({ op, inputs, output, attributes = {} }: GraphNode): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, attributeBytes(name, value))),
  ]);
}

function attributeBytes(name: string, value: number | readonly number[]): Buffer {
  const isList = typeof value !== "number";
  const numbers = isList ? value.map((each) => integer(8, each)) : [integer(3, value)];
  return Buffer.concat([text(1, name), ...numbers, integer(20, isList ? 7 : 2)]);
}

function constantBytes({ name, shape, values }: GraphConstant): Buffer {
  const type = values instanceof Float32Array ? "float32" : "int64";
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([
    ...shape.map((size) => integer(1, size)),
    integer(2, elementType[type]),
    text(8, name),
    message(9, raw),
  ]);
}

function valueBytes({ name, type, shape }: GraphValue): Buffer {
  const sizes = shape.map((size) =>
    message(1, typeof size === "number" ? integer(1, size) : text(2, size)),
  );
  const tensor = Buffer.concat([integer(1, elementType[type]), message(2, Buffer.concat(sizes))]);
  return Buffer.concat([text(1, name), message(2, message(1, tensor))]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}

function message(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
