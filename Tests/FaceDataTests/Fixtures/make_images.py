"""Makes the tiny pictures of ImageDecoderTests and what they must decode to.

    python3 -m venv venv && venv/bin/pip install pillow numpy && venv/bin/python make_images.py

Beside each picture that decodes lies NAME.rgb: width and height as two bytes, then its pixels as
Pillow has them, three bytes each.
"""

import io
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).parent / "images"
WIDTH, HEIGHT = 24, 16


def picture():
    """A smooth picture without symmetry."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    red = 20 + 9 * x
    green = 240 - 12 * y
    blue = 128 + 90 * numpy.sin(x / 5 + y / 3)
    return Image.fromarray(numpy.stack([red, green, blue], -1).round().astype(numpy.uint8))


def golden(name, image):
    image = image.convert("RGB")
    (FOLDER / f"{name}.rgb").write_bytes(bytes(image.size) + image.tobytes())


def save(name, image, expected=None, **options):
    path = FOLDER / name
    image.save(path, **options)
    golden(name, expected if expected is not None else Image.open(path))


def exif(orientation, big):
    """One entry: tag 0x0112, one SHORT."""
    order = ">" if big else "<"
    header = (b"MM" if big else b"II") + struct.pack(order + "HI", 42, 8)
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + header + struct.pack(order + "H", 1) + entry + struct.pack(order + "I", 0)


def over_black(image):
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, image)


def with_clear(palette):
    """What a palette's picture is when its colour 3 is transparent."""
    opaque = numpy.asarray(palette.convert("RGBA")).copy()
    opaque[numpy.asarray(palette) == 3, 3] = 0
    return Image.fromarray(opaque)


def jpegs(rgb):
    save("colour.jpg", rgb, quality=90, subsampling=2)
    save("progressive.jpg", rgb, quality=90, progressive=True)
    save("grey.jpg", rgb.convert("L"), quality=95)
    save("cmyk.jpg", rgb.convert("CMYK"), quality=95)
    save("one.jpg", Image.new("RGB", (1, 1), (200, 100, 50)), quality=95)
    for orientation in range(1, 9):
        name = f"exif-{orientation}.jpg"
        data = exif(orientation, big=orientation % 2 == 0)
        rgb.save(FOLDER / name, quality=95, subsampling=0, exif=data)
        golden(name, ImageOps.exif_transpose(Image.open(FOLDER / name)))
    plain = io.BytesIO()
    rgb.save(plain, "JPEG", quality=95, subsampling=0)
    for name, data in broken_exif():
        rgb.save(FOLDER / name, quality=95, subsampling=0, exif=data)
        golden(name, Image.open(plain))


def broken_exif():
    """Orientations that no decoder may follow, nor stumble over."""
    yield "exif-nine.jpg", exif(9, big=False)
    yield "exif-cut.jpg", exif(6, big=False)[:17]
    yield "exif-far.jpg", b"Exif\0\0II" + struct.pack("<HI", 42, 0xFFFFFFF0)
    yield "exif-order.jpg", b"Exif\0\0XX" + exif(6, big=False)[8:]


def pngs(rgb):
    save("colour.png", rgb)
    save("grey.png", rgb.convert("L"))
    save("one.png", Image.new("RGB", (1, 1), (200, 100, 50)))
    save("palette.png", rgb.quantize(16))
    alpha = rgb.convert("L").point(lambda value: (value * 5) % 256)
    transparent = rgb.copy()
    transparent.putalpha(alpha)
    save("alpha.png", transparent, expected=over_black(transparent))
    clear = rgb.quantize(16)
    save("palette-alpha.png", clear, expected=over_black(with_clear(clear)), transparency=3)
    wide = (numpy.asarray(rgb.convert("L"), numpy.uint32) * 257).astype(numpy.uint16)
    save("sixteen.png", Image.fromarray(wide), expected=rgb.convert("L"))
    save("profile.png", rgb, icc_profile=b"not a profile at all")


def others(rgb):
    """WebP and Netpbm's formats."""
    save("lossless.webp", rgb, lossless=True)
    save("lossy.webp", rgb, quality=80)
    transparent = rgb.convert("RGBA")
    transparent.putalpha(Image.linear_gradient("L").resize(rgb.size))
    save("alpha.webp", transparent, expected=over_black(transparent), lossless=True, exact=True)
    save("colour.ppm", rgb)
    save("grey.pgm", rgb.convert("L"))
    grey = numpy.asarray(rgb.convert("L"))
    plain = "P2 # a comment\n%d\t%d 255\n" % rgb.size + " ".join(map(str, grey.flatten())) + "\n"
    (FOLDER / "plain.pgm").write_bytes(plain.encode())
    golden("plain.pgm", rgb.convert("L"))
    wide = b"P6 %d %d 65535\n" % rgb.size + (
        numpy.asarray(rgb).astype(">u2") * 257).astype(">u2").tobytes()
    (FOLDER / "wide.ppm").write_bytes(wide)
    golden("wide.ppm", rgb)
    frames = [rgb, rgb.rotate(180)]
    frames[0].save(FOLDER / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    webp = (FOLDER / "lossy.webp").read_bytes()
    (FOLDER / "cut.webp").write_bytes(webp[: len(webp) * 3 // 4])
    (FOLDER / "cut.ppm").write_bytes((FOLDER / "colour.ppm").read_bytes()[:-1])
    (FOLDER / "huge.pgm").write_bytes(b"P5 30000 30000 255\n")
    (FOLDER / "over.pgm").write_bytes(b"P2 1 1 9 10\n")


def refused(rgb):
    """What must not decode."""
    jpeg = (FOLDER / "colour.jpg").read_bytes()
    png = (FOLDER / "colour.png").read_bytes()
    (FOLDER / "cut.jpg").write_bytes(jpeg[:-20])
    (FOLDER / "header.jpg").write_bytes(jpeg[:10])
    (FOLDER / "cut.png").write_bytes(png[: len(png) * 3 // 4])
    (FOLDER / "header.png").write_bytes(png[:10])
    header = b"IHDR" + struct.pack(">II", 65500, 65500) + png[24:29]
    checksum = struct.pack(">I", zlib.crc32(header))
    (FOLDER / "huge.png").write_bytes(png[:12] + header + checksum + png[33:])
    (FOLDER / "tables.jpg").write_bytes(jpeg[: jpeg.index(b"\xff\xc0")] + b"\xff\xd9")
    (FOLDER / "text.jpg").write_bytes(b"<html>404</html>")
    (FOLDER / "empty.jpg").write_bytes(b"")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    jpegs(picture())
    pngs(picture())
    others(picture())
    refused(picture())
