"""Pictures written anew: only their pixels are kept, so nothing that a camera or a person hid beside them is.

Where a picture was taken, with what, by whom and when stands in its EXIF; so do previews of what was cut off.
Runs in the process that looks into files (:mod:`.inspection_child`).
"""

from contextlib import suppress
from io import BytesIO
from typing import IO

import pi_heif
from PIL import Image, ImageCms, ImageOps

from service.actions.files.media_types import HEIC, JPEG, MOST_PIXELS, PNG, WEBP, NotKept

LONGEST_SIDE = 20_000
QUALITY = 90

_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF"}
_SHADES = {"I;16": 256, "I;16L": 256, "I;16B": 256, "I;16N": 256}


def prepare() -> None:
    """Load all that reading and writing needs: afterwards the process can open no file."""
    pi_heif.register_heif_opener(thumbnails=False)
    Image.init()
    ImageCms.createProfile("sRGB")
    Image.MAX_IMAGE_PIXELS = None  # the size is looked at here, before anything is decoded


def rewrite(source: IO[bytes], target: IO[bytes], media_type: str) -> str:
    """Write a picture anew, upright and in sRGB; returns its kind, which is JPEG for HEIC.

    Of several frames the first is kept.

    Raises:
        NotKept: it is too large or can't be decoded.
    """
    with Image.open(source, formats=[_FORMATS[media_type]]) as found:
        if found.width * found.height > MOST_PIXELS or max(found.size) > LONGEST_SIDE:
            raise NotKept("pixels")
        found.seek(0)
        upright = ImageOps.exif_transpose(found)
        profile = found.info.get("icc_profile")
    picture = _in_srgb(_plain(upright), profile)
    if media_type in (JPEG, HEIC):
        picture = picture.convert("L" if picture.mode in ("L", "LA") else "RGB")
    kind = JPEG if media_type == HEIC else media_type
    quality = {} if kind == PNG else {"quality": QUALITY}
    _pixels_only(picture).save(target, _FORMATS[kind], **quality)
    return kind


def _plain(picture: Image.Image) -> Image.Image:
    """In one of four modes: grey or coloured, with or without transparency."""
    if (shades := _SHADES.get(picture.mode)) is not None:
        return picture.convert("I").point(lambda value: value / shades).convert("L")
    if picture.mode in ("L", "LA", "RGB", "RGBA"):
        is_transparent = picture.mode in ("L", "RGB") and "transparency" in picture.info
        return picture.convert("RGBA") if is_transparent else picture
    if picture.mode == "P" and "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L" if picture.mode == "1" else "RGBA" if picture.mode in ("PA", "RGBa") else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours without the profile they were written for; a profile that can't be used is left aside."""
    if profile and picture.mode in ("RGB", "RGBA"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            found = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=picture.mode)
            return found or picture
    return picture


def _pixels_only(picture: Image.Image) -> Image.Image:
    """The same pixels without anything that was read beside them: all that makes one picture from another keeps that,
    and some of it would be written."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare
