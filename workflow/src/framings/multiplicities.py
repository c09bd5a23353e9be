"""Many tests at once: Westfall and Young's step-down adjustment from the sign flips that the single tests use."""

import numpy as np

from framings.estimates import sum_flipped


def adjust_westfall_young(flipped, observed, signs):
    """Return the step-down maxT p-values (tests,) of tests that flip the signs of the same documents (Westfall and Young 1993).

    ``flipped`` (documents, tests) are the contributions whose signs are flipped, zero where a document says nothing on a test,
    ``observed`` (tests,) the sums to judge, ``signs`` (draws, documents). A sum is divided by the root of its squared
    contributions, which no flip changes, so that tests on many and on few documents are of one scale. Since each draw flips a
    document in all tests at once, the dependence between tests is kept, where Holm's adjustment assumes the worst.

    Two tests on the same contributions are one: no price is paid for the second.

    >>> signs = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    >>> adjust_westfall_young(np.array([[3.0, 3], [1, 1]]), np.array([4.0, 4]), signs).tolist()
    [0.6, 0.6]
    """
    scale = np.sqrt((flipped**2).sum(0))
    statistic = np.abs(observed) / scale
    order = np.argsort(-statistic, kind="stable")
    reference = np.abs(sum_flipped(signs, flipped / scale))[:, order]
    largest = np.maximum.accumulate(reference[:, ::-1], axis=1)[:, ::-1]  # of this test and all with smaller statistics
    reached = (largest >= statistic[order] - 1e-9).sum(0)
    p = np.empty(len(order))
    p[order] = np.maximum.accumulate((1 + reached) / (len(signs) + 1))
    return p
