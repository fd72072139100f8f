"""Optimizers as people write them for themselves, to be traced: what they keep, and what they ask for."""

from __future__ import annotations

import math
from typing import Any

import torch


class _Own(torch.optim.Optimizer):
    def __init__(self, params: Any, lr: float = 0.1, **settings: Any) -> None:
        super().__init__(params, {"lr": lr, **settings})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                self.move(p, group, self.state[p])

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        raise NotImplementedError


class CountsInItsSettings(_Own):
    """The step is counted in the group, and a branch for its first steps is never taken."""

    def __init__(
        self, params: Any, lr: float = 0.1, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        super().__init__(params, lr, betas=betas, eps=eps, k=0, warmup=0, largest=-1.0)

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        if not state:
            state["m"], state["v"] = torch.empty_like(p).zero_(), p.new_zeros(p.shape)
        k = group["k"] + 1
        rate = group["lr"] * k / group["warmup"] if k <= group["warmup"] else group["lr"]
        rate = group["largest"] = max(rate, group["largest"])
        first, second = group["betas"]
        state["m"].lerp_(p.grad, 1 - first)
        state["v"].mul_(second).addcmul_(p.grad, p.grad, value=1 - second)
        bottom = (state["v"] / (1 - second**k)).sqrt_().add_(group["eps"])
        p.addcdiv_(state["m"] / (1 - first**k), bottom, value=-rate)
        group["k"] = k


class KeepsATable(_Own):
    """The velocity lies in a table within a list, the sum of rates beside the parameters."""

    def __init__(self, params: Any, lr: float = 0.1, momentum: float = 0.9) -> None:
        super().__init__(params, lr, momentum=momentum)
        self.state["sum"] = 0.0

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        buffers = state.setdefault("buffers", [{"velocity": torch.zeros_like(p)}])
        self.state["sum"] += group["lr"]
        velocity = buffers[0]["velocity"]
        velocity.mul_(group["momentum"]).add_(p.grad)
        p.sub_(velocity * (self.state["sum"] / (self.state["sum"] / group["lr"])))


class HasToBeInTraining(_Own):
    """It refuses to step until it is told that training begins."""

    training = False

    def train(self) -> None:
        self.training = True

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        if not self.training:
            raise RuntimeError("call train() first")
        p.sub_(p.grad, alpha=group["lr"])


class ProjectsMatrices(_Own):
    """Gradient descent of vectors; of matrices something else."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        step = p.grad.sign() if p.dim() > 1 else p.grad
        p.sub_(group["lr"] * step)


class AsksForNothing(_Own):
    """It asks for the shape, and does the same with each."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        scale = 1 if p.ndim == 1 else math.sqrt(1)
        p.sub_(p.grad.reshape(p.shape), alpha=group["lr"] * scale)


class NormsOfRows(_Own):
    """The gradient divided by its norm: of a matrix, each row by its own."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.sub_(group["lr"] * p.grad / p.grad.norm(dim=-1, keepdim=True))


class NormBySquares(_Own):
    """The gradient divided by its norm, as a sum of squares."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.sub_(group["lr"] * p.grad / torch.sum(p.grad**2).sqrt())


class ReadsWhatNobodyWrote(_Own):
    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.sub_(group["lr"] * (p.grad + torch.empty_like(p) * 0.5))


class PairsRowsWithColumns(_Own):
    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.sub_(group["lr"] * (p.grad.reshape(-1, 1) * p.grad.reshape(1, -1)).sum(0))


class IsSpecialAtOne(_Own):
    """The default of nu leaves out half of the formula."""

    def __init__(self, params: Any, lr: float = 0.1, nu: float = 1.0) -> None:
        super().__init__(params, lr, nu=nu)

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        step = p.grad if group["nu"] == 1 else group["nu"] * p.grad + (1 - group["nu"]) * p.grad.sign()
        p.sub_(group["lr"] * step)


class Renamed(_Own):
    """Quasi-hyperbolic momentum, its hyperparameters by names of its own; the average weighted by a sum of powers."""

    def __init__(self, params: Any, lr: float = 0.1, keep: float = 0.9, blend: float = 0.7) -> None:
        super().__init__(params, lr, keep=keep, blend=blend)

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        average = state.setdefault("average", torch.zeros_like(p))
        average.mul_(group["keep"]).add_(p.grad, alpha=1 - group["keep"])
        p.sub_(group["lr"] * (group["blend"] * average + (1 - group["blend"]) * p.grad))


class OldArguments(_Own):
    """The factor of addcdiv in front, as PyTorch once had it."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.addcdiv_(-group["lr"], p.grad, torch.ones_like(p))


class Transposes(_Own):
    """Of a matrix, the gradient and its transpose are paired."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.sub_(group["lr"] * (p.grad + p.grad.mT) / 2 if len(p.grad.shape) > 1 else group["lr"] * p.grad)


class AsksForItsLength(_Own):
    """One step for many coordinates, another for few."""

    def move(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        p.sub_(group["lr"] * (p.grad if len(p) < 3 else p.grad.sign()))
