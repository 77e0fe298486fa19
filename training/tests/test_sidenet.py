"""LongMem's side network beside the memory language model."""
import unittest

import numpy as np
import torch

from memory_lm.config import LmConfig
from memory_lm.model import MemoryLm
from memory_lm.sidenet import SideLoss, SideNet

SMALL = LmConfig("small", vocabulary=300, d_model=48, n_layers=4, n_heads=4, n_kv_heads=2, d_ffn=64, bank_layer=2, d_head=16, window=48)


class Side(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(1)
        model = MemoryLm(SMALL)
        for parameter in model.parameters():
            if parameter.ndim > 0:
                torch.nn.init.normal_(parameter, std=0.2)
        self.side = SideNet(model)
        self.ids = torch.from_numpy(np.random.default_rng(2).integers(0, 256, (3, 31)))
        self.names = torch.zeros(3, 31, 3, dtype=torch.int32)
        self.chosen = torch.tensor([[1, 2], [0, 2], [0, 1]])

    def losses(self, seen: torch.Tensor) -> torch.Tensor:
        """Returns -log p where each window sees what is said of the two others."""
        return SideLoss(self.side)(self.ids, self.names, self.chosen, seen)[0]

    def test_layers_begin_as_every_second_one_of_the_model(self) -> None:
        for number, layer in enumerate(self.side.layers):
            for name, weight in layer.state_dict().items():
                self.assertTrue(torch.equal(weight, self.side.backbone.layers[2 * number + 1].state_dict()[name]))

    def test_layers_that_do_nothing_leave_the_model_as_it_is(self) -> None:
        for layer in self.side.layers:
            torch.nn.init.zeros_(layer.attention.o.weight)
            torch.nn.init.zeros_(layer.down.weight)
        model, inputs = self.side.backbone, self.ids[:, :-1]
        with torch.no_grad():
            x = model.bank_input(h := model.lower(inputs))
            after, weights = model.bank_read(h, x, model.bank_of(x, inputs, self.names[:, :-1]), None, None)
            got, _, _ = self.side(inputs, self.names[:, :-1], self.chosen, torch.zeros(3, 2, dtype=torch.bool))
            np.testing.assert_allclose(got, model.above(after), atol=1e-4)

    def test_it_reads_the_memory_it_sees(self) -> None:
        nothing, first, both = (torch.tensor([row] * 3) for row in ([False, False], [True, False], [True, True]))
        with torch.no_grad():
            h = [self.side(self.ids, self.names, self.chosen, seen)[0] for seen in (nothing, first, both)]
            self.assertGreater(float((h[0] - h[1]).abs().max()), 1e-3)
            self.assertGreater(float((h[1] - h[2]).abs().max()), 1e-3)
            changed = self.ids.clone()
            changed[2] = 7
            again = self.side(changed, self.names, self.chosen, first)[0]
            np.testing.assert_allclose(again[:2], h[1][:2], atol=1e-4)

    def test_only_the_side_network_has_gradients(self) -> None:
        self.losses(torch.ones(3, 2, dtype=torch.bool)).mean().backward()
        frozen = {name for name, parameter in self.side.named_parameters() if parameter.grad is None}
        self.assertEqual(frozen, {name for name, _ in self.side.named_parameters() if name.startswith("backbone.")})


if __name__ == "__main__":
    unittest.main()
