"""Scores and probabilities against codes: how well they rank, where to cut them, and how to calibrate them. All weighted."""

import numpy as np


def measure_average_precision(truth, score, weight):
    """Return the weighted average precision of ``score``; equal scores enter together; nan where nothing is true.

    >>> measure_average_precision(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1]), np.ones(4)).round(4)
    np.float64(0.8333)
    """
    right, chosen, _ = _sum_from_top(truth, score, weight)
    if not len(right) or not right[-1]:
        return np.nan
    return np.sum(np.diff(right, prepend=0) / right[-1] * right / chosen)


def choose_threshold(probability, weight):
    """Return the threshold with the largest expected weighted F1 of calibrated probabilities, half-way to the next lower one.

    Expected: as if each sentence were true with its probability. With few true sentences this varies less from sample to sample
    than the threshold that is best on their codes.

    >>> choose_threshold(np.array([0.75, 0.25, 0.5, 0.0]), np.ones(4))
    0.375
    """
    right, chosen, values = _sum_from_top(probability, probability, weight)
    if not len(right) or not right[-1]:
        return 0.5
    best = int(np.argmax(2 * right / (chosen + right[-1])))
    return float((values[best] + (values[best + 1] if best + 1 < len(values) else 0)) / 2)


def fit_calibration(truth, score, weight):
    """Return (slope, offset) of Platt's (1999) calibration: expit(slope x score + offset), fitted by Newton steps.

    Targets are drawn in as Platt does, (n + 1) / (n + 2) and 1 / (n + 2) for n positive and n negative sentences.
    """
    n_true, n_false = truth.sum(), len(truth) - truth.sum()
    target = np.where(truth > 0, (n_true + 1) / (n_true + 2), 1 / (n_false + 2))
    design = np.column_stack([score, np.ones(len(score))])
    share = np.average(target, weights=weight)
    beta = np.array([0.0, np.log(share / (1 - share))])
    for _ in range(50):
        p = expit(design @ beta)
        gradient = design.T @ (weight * (target - p))
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step * min(1, 5 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return float(max(beta[0], 0)), float(beta[1])


def _sum_from_top(truth, score, weight):
    """Return, for each distinct score from the top: weight of true sentences so far, of all so far, and the score."""
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True)) if len(order) else order
    return np.cumsum((weight * truth)[order])[last], np.cumsum(weight[order])[last], score[order][last]


def expit(score):
    """Return the logistic function, without overflow."""
    return 1 / (1 + np.exp(-np.clip(score, -500, 500)))
