"""A plain garment in a photograph: where it is, and the same picture with it in another colour."""

from typing import Any

import cv2
import numpy as np

from synthesis.dressing.meshes import Floats
from synthesis.looks.colours import to_lab
from synthesis.looks.look import Colour
from synthesis.looks.palette import FAMILIES
from synthesis.picturing.imaging import Bytes

Rows = tuple[float, float]  # first and last, as shares of the picture's height

WORKING = 320  # pixels, the height at which the garment is looked for
CLUSTERS = 5  # colours of the middle of its rows
ALIKE = 30.0  # CIELAB distance up to which one of them may be the named colour in some light
NEAR = 14.0  # and up to which a pixel may have it
COLOURED = 4.0  # mean CIELAB chroma of a picture that is not black and white
LIT = 8.0  # CIE L* of the garment: darker, nothing is left of its folds
SHARE = 0.3  # of the middle that the garment fills at least
AREA = (0.04, 0.5)  # of the picture that it may fill
SPILL = 0.12  # of the left and right edges that it may touch: beyond, the background has its colour
HOLDS = 0.5  # of all in these rows that has its colour, which it holds at least
LIGHT = 0.4  # share of the light's own tint and darkness that the new colour takes on


def find(picture: Bytes, family: str, rows: Rows, *, widest: float = 0.88) -> Floats | None:
    """Where a garment whose colour is of `family` lies, in a (height, width, 3) BGR picture of one person.

    A GrabCut (Rother et al., SIGGRAPH 2004) that begins with what has the named colour in the middle of
    `rows`. Returns (height, width) 0..1, or None where it is not sure or cannot be dyed: the picture is black
    and white or too dark, the colour is not there or is beside it too, or what is found fills more than
    `widest` of most rows, reaches the edges, or is too small or large for a garment.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, WORKING / height)
    wide, tall = max(16, round(width * scale)), max(32, round(height * scale))
    small = cv2.resize(picture, (wide, tall), interpolation=cv2.INTER_AREA)
    first, last = (round(share * tall) for share in rows)
    middle = np.s_[first:last, round(0.3 * wide) : round(0.7 * wide)]
    lab = _lab(cv2.GaussianBlur(small, (0, 0), 1.2))
    colours = _colours(lab[middle].reshape(-1, 3), family)
    grey = np.linalg.norm(lab[..., 1:], axis=2).mean() < COLOURED
    if colours is None or grey or max(one[0] for one in colours) < LIT:
        return None
    apart = np.min([np.linalg.norm((lab - one) * (0.7, 1, 1), axis=2) for one in colours], axis=0)
    mask = np.full((tall, wide), cv2.GC_BGD, np.uint8)
    edge = round(0.03 * wide)
    inside = np.s_[first : last + round(0.03 * tall), edge : wide - edge]
    mask[inside] = np.where(apart[inside] < NEAR, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    sure = cv2.erode((apart < 0.7 * NEAR).astype(np.uint8), np.ones((3, 3), np.uint8))
    mask[middle][sure[middle] > 0] = cv2.GC_FGD
    if not (mask == cv2.GC_FGD).any() or not (mask == cv2.GC_PR_BGD).any():
        return None
    cv2.setRNGSeed(0)
    cv2.grabCut(small, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    found = _large(np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)) & (apart < 2.2 * NEAR))
    edges = found[:, [edge + 1, -2 - edge]]
    crossed = np.percentile(found[first:last].mean(axis=1), 80)
    holds = found[first:last][apart[first:last] < NEAR].mean()
    if not AREA[0] < found.mean() < AREA[1] or edges.mean() > SPILL or crossed > widest or holds < HOLDS:
        return None
    soft = cv2.GaussianBlur(found.astype(np.float32), (0, 0), 0.8)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))


def dye(picture: Bytes, where: Floats, family: str, colour: Colour) -> Bytes:
    """The BGR picture with what lies `where`, and was of `family`, in another colour.

    Folds and shadows stay, stretched or pressed with the lightness.
    """
    lab = _lab(picture)
    own = np.median(lab[where > 0.5], axis=0)
    anchor = np.array(min(FAMILIES[family].anchors, key=lambda one: float(np.linalg.norm(own - one))))
    wanted = np.array(to_lab(colour.rgb)) + LIGHT * (own - anchor)
    wanted[0] = np.clip(wanted[0], 6, 97)
    stretch = np.clip((wanted[0] + 12) / (own[0] + 12), 0.5, 1.7)
    dyed = np.empty_like(lab)
    dyed[..., 0] = np.clip(wanted[0] + stretch * (lab[..., 0] - own[0]), 0, 100)
    shade = np.clip(dyed[..., :1] / wanted[0], 0.4, 1.2)
    dyed[..., 1:] = wanted[1:] * shade + 0.5 * (lab[..., 1:] - own[1:])
    mixed = lab + where[..., None] * (dyed - lab)
    back = cv2.cvtColor(mixed.astype(np.float32), cv2.COLOR_LAB2BGR)
    return np.asarray((back.clip(0, 1) * 255).round(), np.uint8)


def _colours(middle: Floats, family: str) -> list[Any] | None:
    """(3,) CIELAB of what in the middle may be the named colour, lit and in shadow; None for too little."""
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    cv2.setRNGSeed(0)
    _, labels, centres = cv2.kmeans(middle, CLUSTERS, None, until, 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    shares = np.bincount(labels.ravel(), minlength=CLUSTERS) / len(middle)
    fitting = [n for n, centre in enumerate(centres) if _distance(centre, family) < ALIKE]
    if not fitting:
        return None
    main = centres[max(fitting, key=lambda n: shares[n])]
    joined = [n for n in fitting if np.linalg.norm((centres[n] - main) * (0.6, 1, 1)) < 1.5 * NEAR]
    return [centres[n] for n in joined] if shares[joined].sum() >= SHARE else None


def _distance(lab: Floats, family: str) -> float:
    """From the nearest anchor of a family; light changes the lightness most, so that counts half."""
    return min(float(np.linalg.norm((lab - np.array(one)) * (0.5, 1, 1))) for one in FAMILIES[family].anchors)


def _large(found: Any) -> Any:
    """Without specks: what is left of a mask."""
    opened = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(opened)
    kept = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] > 0.006 * found.size)
    return np.isin(parts, kept[kept > 0])


def _lab(picture: Any) -> Floats:
    """CIELAB of a BGR picture in bytes."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB))
