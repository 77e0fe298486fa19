"""The encoder: how it begins, what it computes, and that its exported graph computes the same."""
import unittest

import numpy as np
import onnxruntime
import torch

from lib.encoder_graph import encoder_graph
from lib.encoder_model import SHAPES, EncoderModel, Shape
from lib.neighbourhoods import neighbourhoods
from lib.sequences import joined, sequences_of, with_phrases

VOCABULARY, DIMENSIONS, CAP = 50, 16, 2
TEXTS = sequences_of([[3, 4, 5, 4, 4, 7], [9], [], [30, 31, 30, 32, 33, 34, 35, 36, 37, 38]])
WIDE = Shape(layers=2, width=24, heads=3, hidden=40)
"""Wider than the table, so that rows are widened."""


def table() -> np.ndarray:
    """Returns a random table."""
    return np.random.default_rng(1).normal(size=(VOCABULARY, DIMENSIONS)).astype(np.float32)


def trained(shape: Shape) -> EncoderModel:
    """Returns a model whose layers have an effect, as if it had been trained."""
    model = EncoderModel(shape, table(), CAP, 7)
    torch.nn.init.normal_(model.to_vector.weight, std=0.1)
    torch.nn.init.normal_(model.to_weight.weight, std=0.1)
    return model.eval()


@torch.no_grad()
def vectors(model: EncoderModel) -> np.ndarray:
    """Returns the model's vectors of TEXTS."""
    return model(*map(torch.from_numpy, TEXTS.padded(np.arange(len(TEXTS))))).numpy()


class Encoder(unittest.TestCase):
    def test_begins_as_the_static_model(self) -> None:
        for shape in (SHAPES["fixture"], WIDE):
            got = vectors(EncoderModel(shape, table(), CAP, 7))
            for row, tokens in enumerate([[3, 4, 5, 4, 7], [9], [], [30, 31, 30, 32, 33, 34, 35, 36, 37, 38]]):
                total = table()[tokens].sum(axis=0) if tokens else np.zeros(DIMENSIONS)
                np.testing.assert_allclose(got[row], total / max(1e-9, np.linalg.norm(total)), atol=1e-5)

    def test_the_order_of_words_matters_once_it_is_trained(self) -> None:
        model = trained(SHAPES["fixture"])
        forth, back = (torch.tensor([tokens]) for tokens in ([3, 4, 5], [5, 4, 3]))
        with torch.no_grad():
            apart = model(forth, torch.ones_like(forth)) - model(back, torch.ones_like(back))
        self.assertGreater(float(apart.abs().max()), 1e-3)

    def test_padding_changes_nothing(self) -> None:
        model = trained(WIDE)
        with torch.no_grad():
            for row, vector in enumerate(vectors(model)):
                alone = model(*map(torch.from_numpy, TEXTS.padded(np.array([row])))).numpy()[0]
                np.testing.assert_allclose(vector, alone, atol=1e-5)

    def test_the_exported_graph_computes_the_same(self) -> None:
        for shape in (SHAPES["fixture"], WIDE):
            model = trained(shape)
            ids, mask = TEXTS.padded(np.arange(len(TEXTS)))
            for int8, allowed in ((False, 1e-5), (True, 0.03)):
                session = onnxruntime.InferenceSession(encoder_graph(model, int8).SerializeToString(), providers=["CPUExecutionProvider"])
                got = session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
                np.testing.assert_allclose(got, vectors(model), atol=allowed)
                self.assertEqual(float(np.abs(got[2]).max()), 0)


class SequencesOfTokens(unittest.TestCase):
    def test_padding_and_cutting(self) -> None:
        ids, mask = TEXTS.padded(np.array([1, 0, 2]))
        self.assertEqual(ids.tolist(), [[9, 0, 0, 0, 0, 0], [3, 4, 5, 4, 4, 7], [0] * 6])
        self.assertEqual(mask.sum(axis=1).tolist(), [1, 6, 0])
        self.assertEqual(TEXTS.take(np.array([3, 1]), 2).padded(np.arange(2))[0].tolist(), [[30, 31], [9, 0]])
        self.assertEqual(TEXTS.padded(np.array([2]))[0].shape, (1, 1))
        self.assertEqual(joined([TEXTS, TEXTS]).padded(np.array([5, 6, 4]))[1].sum(axis=1).tolist(), [1, 0, 6])

    def test_phrases_stand_in_front_of_a_share(self) -> None:
        many = joined([TEXTS] * 50)
        asked = with_phrases(many, sequences_of([[1, 2]]), 0.5, np.random.default_rng(1))
        count = 0
        for row in range(len(many)):
            before, after = many.take(np.array([row]), 99).ids.tolist(), asked.take(np.array([row]), 99).ids.tolist()
            self.assertIn(after, (before, [1, 2, *before]))
            count += after != before
        self.assertAlmostEqual(count / len(many), 0.5, delta=0.1)


class Neighbourhoods(unittest.TestCase):
    def test_hold_every_row_once_and_keep_what_is_alike_together(self) -> None:
        rnd = np.random.default_rng(1)
        centres = rnd.normal(size=(4, DIMENSIONS))
        rows = np.concatenate([centre + 0.01 * rnd.normal(size=(16, DIMENSIONS)) for centre in centres])
        parts = neighbourhoods(rows, 20, rnd)
        self.assertEqual(sorted(np.concatenate(parts).tolist()), list(range(64)))
        self.assertTrue(all(len(part) <= 20 for part in parts))
        self.assertLess(np.mean([len(set(part // 16)) for part in parts]), 2.1)


if __name__ == "__main__":
    unittest.main()
