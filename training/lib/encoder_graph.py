"""The encoder as an ONNX graph of standard operators, with int8 embedding rows and int8 matrices.

Written node by node instead of traced: the graph says what it computes, and the matrices are quantised where they stand.
"""
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from lib.encoder_model import MASKED, MAX_DISTANCE, EncoderModel, Layer
from lib.graph_writer import GraphWriter

OPSET = 20


def encoder_graph(model: EncoderModel, int8: bool) -> onnx.ModelProto:
    """Returns the graph: input_ids, attention_mask int64 [B, T] → embedding float32 [B, dimensions]."""
    w = GraphWriter(int8)
    mask = w.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    rows = w.unit(_rows(w, model.rows.detach().numpy()))  # [B, T, dimensions]
    spread = w.node("Mul", w.node("Mul", rows, w.floats(model.dimensions**0.5)), w.node("Unsqueeze", mask, w.whole(2)))
    x = w.linear(spread, model.widen.weight) if isinstance(model.widen, torch.nn.Linear) else spread
    distances = _distances(w)
    hidden_keys = w.node("Unsqueeze", w.node("Mul", w.node("Sub", w.floats(1), mask), w.floats(MASKED)), w.whole(1, 2))
    for layer in model.layers:
        x = _layer(w, layer, x, distances, hidden_keys)
    x = w.norm(x, model.last_norm)
    vectors = w.node("Add", rows, w.linear(x, model.to_vector.weight))
    # One column, in float: it decides alone how much a token counts.
    change = w.node("MatMul", x, w.constant(model.to_weight.weight.detach().numpy().T))
    known = w.node("Gather", w.constant(model.log_weights.detach().numpy()), "input_ids")
    weights = w.node("Exp", w.node("Add", known, w.node("Squeeze", change, w.whole(2))))
    weights = w.node("Mul", w.node("Mul", weights, _counts(w, model.token_cap)), mask)
    total = w.node("Squeeze", w.node("MatMul", w.node("Unsqueeze", weights, w.whole(1)), vectors), w.whole(1))
    w.nodes.append(helper.make_node("Identity", [w.unit(total)], ["embedding"]))
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["B", "T"]) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["B", model.dimensions])]
    graph = helper.make_graph(w.nodes, "encoder", inputs, outputs, w.constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    return made


def _rows(w: GraphWriter, rows: np.ndarray) -> str:
    if not w.int8:
        return w.node("Gather", w.constant(rows), "input_ids")
    # Rows are made unit length after this, so that their scales need not be kept.
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127
    table = np.round(rows / np.maximum(1e-12, scale)).astype(np.int8)
    return w.node("Cast", w.node("Gather", w.constant(table), "input_ids"), to=TensorProto.FLOAT)


def _distances(w: GraphWriter) -> str:
    """[T, T]: which column of the bias holds for a key, seen from a query."""
    length = w.node("Gather", w.node("Shape", "input_ids"), w.constant(np.array(1, np.int64)))
    place = w.node("Range", w.constant(np.array(0, np.int64)), length, w.constant(np.array(1, np.int64)))
    apart = w.node("Sub", w.node("Unsqueeze", place, w.whole(0)), w.node("Unsqueeze", place, w.whole(1)))
    limits = [w.constant(np.array(limit, np.int64)) for limit in (-MAX_DISTANCE, MAX_DISTANCE)]
    return w.node("Add", w.node("Clip", apart, *limits), limits[1])


def _layer(w: GraphWriter, layer: Layer, x: str, distances: str, hidden_keys: str) -> str:
    width, heads = layer.attention_out.in_features, layer.heads
    joint = w.linear(w.norm(x, layer.attention_norm), layer.attention_in.weight)  # [B, T, 3 * width]
    parts = w.node("Split", joint, outputs=3, axis=2, num_outputs=3)
    q, k, v = (w.node("Reshape", part, w.whole(0, 0, heads, width // heads)) for part in (parts, f"{parts}.1", f"{parts}.2"))
    q, v = (w.node("Transpose", part, perm=[0, 2, 1, 3]) for part in (q, v))  # [B, heads, T, head]
    scores = w.node("MatMul", w.node("Mul", q, w.floats((width // heads) ** -0.5)), w.node("Transpose", k, perm=[0, 2, 3, 1]))
    bias = w.node("Gather", w.constant(layer.bias.detach().numpy()), distances, axis=1)  # [heads, T, T]
    scores = w.node("Softmax", w.node("Add", scores, w.node("Add", bias, hidden_keys)), axis=-1)
    mixed = w.node("Transpose", w.node("MatMul", scores, v), perm=[0, 2, 1, 3])
    x = w.node("Add", x, w.linear(w.node("Reshape", mixed, w.whole(0, 0, width)), layer.attention_out.weight))
    hidden = w.node("Gelu", w.linear(w.norm(x, layer.hidden_norm), layer.hidden_in.weight))
    return w.node("Add", x, w.linear(hidden, layer.hidden_out.weight))


def _counts(w: GraphWriter, token_cap: int) -> str:
    """[B, T]: 0 where the token has stood in the text as often as the cap allows, else 1."""
    if token_cap == 0:
        return w.floats(1)
    equal = w.node("Equal", w.node("Unsqueeze", "input_ids", w.whole(2)), w.node("Unsqueeze", "input_ids", w.whole(1)))
    earlier = w.node("Trilu", w.node("Cast", equal, to=TensorProto.FLOAT), w.constant(np.array(-1, np.int64)), upper=0)
    before = w.node("ReduceSum", earlier, w.whole(2), keepdims=0)
    return w.node("Cast", w.node("Less", before, w.floats(token_cap)), to=TensorProto.FLOAT)
