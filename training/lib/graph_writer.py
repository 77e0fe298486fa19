"""ONNX graphs of standard operators, written node by node instead of traced, with matrices in float32 or int8."""
from dataclasses import dataclass, field

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

LARGEST_WEIGHT = 63
"""Of ±127: processors without VNNI add pairs of products in 16 bits, which would saturate with larger weights."""


@dataclass
class GraphWriter:
    """Collects nodes and constants; every method returns the name of its output."""

    int8: bool
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    names: int = 0

    def constant(self, value: np.ndarray) -> str:
        """Adds a constant."""
        self.names += 1
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), f"c{self.names}"))
        return f"c{self.names}"

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: object) -> str:
        """Adds an operator; of several outputs the first is returned, the others end in `.1`, `.2`."""
        self.names += 1
        name = f"n{self.names}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name] + [f"{name}.{i}" for i in range(1, outputs)], **attributes))
        return name

    def floats(self, *values: float) -> str:
        """Adds a float constant: a scalar for one value."""
        return self.constant(np.array(values if len(values) > 1 else values[0], np.float32))

    def whole(self, *values: int) -> str:
        """Adds a list of whole numbers."""
        return self.constant(np.array(values, np.int64))

    def linear(self, x: str, weight: torch.Tensor, int8: bool | None = None) -> str:
        """Multiplies [..., in] by weight [out, in]; in int8 with a scale for each output and one for the whole input.

        `int8` may say otherwise than the writer's own for one matrix.
        """
        matrix = weight.detach().numpy().T.astype(np.float32)  # [in, out]
        if not (self.int8 if int8 is None else int8):
            return self.node("MatMul", x, self.constant(matrix))
        scale = np.maximum(1e-12, np.abs(matrix).max(axis=0) / LARGEST_WEIGHT)  # [out]
        quantised = self.node("DynamicQuantizeLinear", x, outputs=3)
        product = self.node("MatMulInteger", quantised, self.constant(np.round(matrix / scale).astype(np.int8)), f"{quantised}.2")
        scales = self.node("Mul", f"{quantised}.1", self.constant(scale.astype(np.float32)))
        return self.node("Mul", self.node("Cast", product, to=TensorProto.FLOAT), scales)

    def norm(self, x: str, norm: torch.nn.LayerNorm) -> str:
        """Adds a layer norm over the last axis."""
        return self.node("LayerNormalization", x, self.constant(norm.weight.detach().numpy()), axis=-1, epsilon=norm.eps)

    def unit(self, x: str) -> str:
        """Divides by the length along the last axis; zero stays zero."""
        length = self.node("Max", self.node("ReduceL2", x, self.whole(-1), keepdims=1), self.floats(1e-12))
        return self.node("Div", x, length)

    def finish(self, name: str, inputs: list[onnx.ValueInfoProto], outputs: dict[str, str], shapes: dict[str, list[str | int]], opset: int) -> onnx.ModelProto:
        """Returns the checked model; `outputs` tells for each of its float32 outputs the value that it is, `shapes` its shape."""
        for output, value in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [output]))
        told = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shapes[output]) for output in outputs]
        graph = helper.make_graph(self.nodes, name, inputs, told, self.constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
        onnx.checker.check_model(made, full_check=True)
        return made
