"""Comparing a question and a code text token by token: MaxSim (ColBERT, Khattab and Zaharia 2020) and kernel pooling (K-NRM, Xiong et al. 2017)."""
import numpy as np
import torch

KERNELS = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
"""Centres; the first counts equal tokens alone."""
_WIDTHS = np.array([0.02, *[0.05] * (len(KERNELS) - 1)])


def maxsim(similar: np.ndarray, weights: np.ndarray) -> float:
    """Returns the weighted mean of each question token's best similarity.

    similar: [question tokens, code tokens], cosines; weights: [question tokens]."""
    return float((similar.max(axis=1) * weights).sum() / max(1e-9, weights.sum())) if similar.size else 0.0


def kernel_features(similar: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Returns [kernels]: how many of the code's tokens are about as similar as each kernel's centre, in logarithms, as weighted means over
    the question's tokens. counts: [code tokens]."""
    if not similar.size:
        return np.zeros(len(KERNELS))
    near = np.exp(-((similar[:, :, None] - KERNELS) ** 2) / (2 * _WIDTHS**2))  # [question tokens, code tokens, kernels]
    soft = np.log1p((near * counts[:, None]).sum(axis=1))
    return (soft * weights[:, None]).sum(axis=0) / max(1e-9, weights.sum())


def fitted(features: list[np.ndarray], right: list[np.ndarray], decay: float = 1e-3) -> np.ndarray:
    """Returns the weights [features] under which the right candidates of each question get the largest share of a softmax.

    features: for each question [candidates, features]; right: for each question [candidates], true for right ones; a question whose
    candidates are all wrong or all right is left out."""
    usable = [(x, y) for x, y in zip(features, right, strict=True) if 0 < y.sum() < len(y)]
    most = max(len(y) for _, y in usable)
    x = torch.zeros(len(usable), most, usable[0][0].shape[1])
    real, hit = torch.zeros(len(usable), most, dtype=torch.bool), torch.zeros(len(usable), most, dtype=torch.bool)
    for row, (values, flags) in enumerate(usable):
        x[row, : len(flags)] = torch.from_numpy(values).float()
        real[row, : len(flags)], hit[row, : len(flags)] = True, torch.from_numpy(flags)
    weights = torch.zeros(x.shape[2], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (x @ weights).masked_fill(~real, -1e4)
        loss = (scores.logsumexp(1) - scores.masked_fill(~hit, -1e4).logsumexp(1)).mean() + decay * weights.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach().numpy()
