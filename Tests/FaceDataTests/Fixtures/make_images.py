"""Makes the tiny pictures of ImageDecoderTests and what they must decode to.

    python3 -m venv venv && venv/bin/pip install pillow==13.0.0 numpy && venv/bin/python make_images.py

Beside each picture that decodes lies NAME.rgb: width and height as two bytes, then its pixels as
Pillow's ImageOps.exif_transpose and convert("RGB") have them, three bytes each.
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
    image = ImageOps.exif_transpose(image).convert("RGB")
    (FOLDER / f"{name}.rgb").write_bytes(bytes(image.size) + image.tobytes())


def save(name, image, **options):
    image.save(FOLDER / name, **options)
    golden(name, Image.open(FOLDER / name))


def write(name, data):
    (FOLDER / name).write_bytes(data)
    golden(name, Image.open(FOLDER / name))


def tiff(*entries, big=False):
    """Exif data of some entries: tag, type (3 of two bytes, 4 of four), value."""
    order = ">" if big else "<"
    data = (b"MM" if big else b"II") + struct.pack(order + "HIH", 42, 8, len(entries))
    for tag, kind, value in entries:
        data += struct.pack(order + "HHI" + ("I" if kind == 4 else "Hxx"), tag, kind, 1, value)
    return data + struct.pack(order + "I", 0)


def exif(orientation, big=False, kind=3):
    return b"Exif\0\0" + tiff((0x0112, kind, orientation), big=big)


def segment(data):
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"


def jpegs(rgb):
    save("colour.jpg", rgb, quality=90, subsampling=2)
    save("progressive.jpg", rgb, quality=90, progressive=True)
    save("grey.jpg", rgb.convert("L"), quality=95)
    save("rgb.jpg", rgb, quality=95, keep_rgb=True)
    save("cmyk.jpg", rgb.convert("CMYK"), quality=95)
    # The same components called YCCK, and without Adobe's mark.
    cmyk = (FOLDER / "cmyk.jpg").read_bytes()
    adobe = cmyk.index(b"\xff\xee")
    write("ycck.jpg", cmyk[: adobe + 15] + b"\2" + cmyk[adobe + 16 :])
    write("cmyk-plain.jpg", cmyk[:adobe] + cmyk[adobe + 16 :])
    save("one.jpg", Image.new("RGB", (1, 1), (200, 100, 50)), quality=95)
    for orientation in range(1, 9):
        data = exif(orientation, big=orientation % 2 == 0)
        save(f"exif-{orientation}.jpg", rgb, quality=95, subsampling=0, exif=data)
    plain = io.BytesIO()
    rgb.save(plain, "JPEG", quality=95, subsampling=0)
    for name, data in broken_exif():
        rgb.save(FOLDER / name, quality=95, subsampling=0, exif=data)
        golden(name, Image.open(plain))
    for name, data in other_orientations():
        write(name, plain.getvalue()[:2] + data + plain.getvalue()[2:])


def broken_exif():
    """Orientations that no decoder may follow, nor stumble over."""
    yield "exif-nine.jpg", exif(9)
    yield "exif-cut.jpg", exif(6)[:17]
    yield "exif-far.jpg", b"Exif\0\0II" + struct.pack("<HI", 42, 0xFFFFFFF0)
    yield "exif-order.jpg", b"Exif\0\0XX" + exif(6)[8:]


def other_orientations():
    """Where else, and how else, an orientation is told."""
    xmp = segment(XMP_NAME + XMP)
    without = segment(b"Exif\0\0" + tiff((0x0128, 3, 2)))
    yield "exif-long.jpg", segment(exif(6, kind=4))
    yield "exif-fill.jpg", b"\xff\xff" + segment(exif(6))
    yield "exif-second.jpg", segment(b"something else") + segment(exif(6))
    yield "exif-twice.jpg", segment(exif(6)) + segment(exif(3))
    yield "xmp.jpg", xmp
    yield "xmp-element.jpg", segment(XMP_NAME + b"<tiff:Orientation>8</tiff:Orientation>")
    yield "xmp-and-exif.jpg", xmp + without
    yield "xmp-against-exif.jpg", xmp + segment(exif(1))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(samples, depth):
    """Rows of samples [height, width, channels] as PNG stores them, without a filter."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            rows += b"\0" + row.astype(">u2").tobytes()
        else:
            bits = (row[:, None] >> numpy.arange(depth - 1, -1, -1)) & 1
            rows += b"\0" + numpy.packbits(bits.astype(numpy.uint8)).tobytes()
    return rows


def interlaced(samples, depth):
    """Adam7: seven pictures one after the other."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
              (1, 0, 2, 1)]
    return b"".join(packed(samples[y::down, x::right], depth) for y, x, down, right in passes)


def png(samples, depth, colour, before=(), after=(), interlace=False):
    """A PNG of samples [height, width, channels], with chunks before and behind the pixels."""
    height, width = samples.shape[:2]
    rows = (interlaced if interlace else packed)(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlace))
    chunks = [(b"IHDR", header), *before, (b"IDAT", zlib.compress(rows, 9)), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*parts) for parts in chunks)


GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6


def pngs(rgb):
    save("colour.png", rgb)
    save("grey.png", rgb.convert("L"))
    save("one.png", Image.new("RGB", (1, 1), (200, 100, 50)))
    save("palette.png", rgb.quantize(16))
    save("profile.png", rgb, icc_profile=b"not a profile at all")
    alpha = rgb.convert("L").point(lambda value: (value * 5) % 256)
    transparent = rgb.copy()
    transparent.putalpha(alpha)
    save("alpha.png", transparent)
    save("grey-alpha.png", Image.merge("LA", [rgb.convert("L"), alpha]))
    save("palette-alpha.png", rgb.quantize(16), transparency=3)
    pixels = numpy.asarray(rgb).astype(numpy.uint32)
    gamma = struct.pack(">I", 55556)
    chromaticities = struct.pack(">8I", 31270, 32900, 63999, 33001, 30000, 60000, 15000, 5999)
    write("gamma.png", png(pixels, 8, COLOUR, [(b"gAMA", gamma), (b"cHRM", chromaticities)]))
    write("gamma-palette.png", png(pixels[..., :1] % 4, 2, PALETTE, [
        (b"gAMA", struct.pack(">I", 100000)), (b"PLTE", bytes(range(10, 130, 10))),
        (b"tRNS", b"\x80\0\xff")]))
    write("key.png", png(pixels, 8, COLOUR, [(b"tRNS", struct.pack(">3H", *pixels[0, 0]))]))
    write("bits.png", png(pixels, 8, COLOUR, [(b"sBIT", b"\5\5\5"), (b"bKGD", bytes(6))]))
    for depth in 1, 2, 4:
        few = pixels[..., :1] >> (8 - depth)
        write(f"grey-{depth}.png", png(few, depth, GREY, [(b"tRNS", b"\0\1")]))
        # A palette that lacks the last colour.
        colours = bytes((7 * place) % 256 for place in range(3 * 2**depth - 3))
        write(f"palette-{depth}.png", png(few, depth, PALETTE, [(b"PLTE", colours)]))
    sixteens(pixels)
    interlaces(pixels)
    turned(pixels)


def sixteens(pixels):
    """Colours keep their higher byte; grey is clipped."""
    deep = pixels * 257 + numpy.arange(WIDTH)[None, :, None]
    deep = numpy.minimum(deep, 65535)
    alpha = deep[..., :1][::-1]
    write("sixteen.png", png(pixels[..., :1] * 2, 16, GREY))
    write("sixteen-colour.png", png(deep, 16, COLOUR, [(b"gAMA", struct.pack(">I", 45455))]))
    write("sixteen-alpha.png", png(numpy.concatenate([deep, alpha], -1), 16, COLOUR_ALPHA))
    write("sixteen-grey-alpha.png", png(
        numpy.concatenate([deep[..., 1:2], alpha], -1), 16, GREY_ALPHA))


def interlaces(pixels):
    write("interlaced.png", png(pixels, 8, COLOUR, interlace=True))
    write("interlaced-sixteen.png", png(pixels[..., :1] * 2, 16, GREY, interlace=True))
    write("interlaced-palette.png", png(pixels[..., :1] >> 7, 1, PALETTE, [
        (b"PLTE", bytes([9, 8, 7, 200, 100, 50]))], interlace=True))


def turned(pixels):
    for orientation in range(1, 9):
        data = tiff((0x0112, 3, orientation), big=orientation % 2 == 0)
        write(f"exif-{orientation}.png", png(pixels, 8, COLOUR, [(b"eXIf", data)]))
    data = tiff((0x0112, 3, 6))
    key = b"XML:com.adobe.xmp\0"
    profile = b"Raw profile type exif\0"
    digits = b"\nexif\n%8d\n%s\n" % (len(data), data.hex().encode())
    for name, before, after in [
        ("exif-behind", [], [(b"eXIf", data)]),
        ("exif-twice", [(b"eXIf", data)], [(b"eXIf", tiff((0x0112, 3, 8)))]),
        ("exif-profile", [(b"zTXt", profile + b"\0" + zlib.compress(digits))], []),
        ("xmp", [(b"iTXt", key + b"\0\0\0\0" + XMP)], []),
        ("xmp-compressed", [], [(b"iTXt", key + b"\1\0\0\0" + zlib.compress(XMP))]),
    ]:
        write(f"{name}.png", png(pixels, 8, COLOUR, before, after))
    (FOLDER / "exif-order.png").write_bytes(png(pixels, 8, COLOUR, [(b"eXIf", b"XX" + data[2:])]))
    golden("exif-order.png", Image.fromarray(pixels.astype(numpy.uint8)))


def webps(rgb):
    save("lossless.webp", rgb, lossless=True)
    save("lossy.webp", rgb, quality=80)
    transparent = rgb.convert("RGBA")
    transparent.putalpha(Image.linear_gradient("L").resize(rgb.size))
    save("alpha.webp", transparent, lossless=True, exact=True)
    for orientation in range(1, 9):
        save(f"exif-{orientation}.webp", rgb, lossless=True, exif=exif(orientation)[6 * (orientation % 2):])
    save("xmp.webp", rgb, lossless=True, xmp=XMP)
    frames = [rgb, rgb.rotate(180)]
    frames[0].save(FOLDER / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    webp = (FOLDER / "lossy.webp").read_bytes()
    (FOLDER / "cut.webp").write_bytes(webp[: len(webp) * 3 // 4])


def anymaps(rgb):
    """Netpbm's formats."""
    save("colour.ppm", rgb)
    save("grey.pgm", rgb.convert("L"))
    grey = numpy.asarray(rgb.convert("L"))
    write("plain.pgm", ("P2 # a comment\n%d\t%d 255\n" % rgb.size + " ".join(
        map(str, grey.flatten())) + "\n").encode())
    pixels = numpy.asarray(rgb).astype(numpy.uint32)
    write("wide.ppm", b"P6 %d %d 65535\n" % rgb.size + (pixels * 257).astype(">u2").tobytes())
    write("wide.pgm", b"P5 %d %d 65535\n" % rgb.size + (pixels[..., 0] * 2).astype(">u2").tobytes())
    write("thousand.ppm", b"P6 %d %d 1000\n" % rgb.size + (pixels * 3).astype(">u2").tobytes())
    write("ten.pgm", b"P5 11 1 10\n" + bytes(range(11)))
    write("ten.ppm", b"P3 2 2 10\n0 1 2 3 4 5 6 7 8 9 10 1\n")
    (FOLDER / "cut.ppm").write_bytes((FOLDER / "colour.ppm").read_bytes()[:-1])
    (FOLDER / "huge.pgm").write_bytes(b"P5 30000 30000 255\n")
    (FOLDER / "over.pgm").write_bytes(b"P2 1 1 9 10\n")


def bmp(bits, rows, colours=(), kind=0, masks=(), size=40, height=HEIGHT, named=0, offset=None):
    """A bitmap: its rows as stored, a palette of (blue, green, red), masks behind or in the header."""
    palette = b"".join(bytes(colour) + (b"" if size == 12 else b"\0") for colour in colours)
    if size == 12:
        header = struct.pack("<IHHHH", 12, WIDTH, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", size, WIDTH, height, 1, bits, kind, len(rows), 0, 0,
                             named, 0) + struct.pack(f"<{len(masks)}I", *masks)
        header = header.ljust(size, b"\0")
    start = 14 + len(header) + len(palette) if offset is None else offset
    return b"BM" + struct.pack("<IHHI", 14 + len(header) + len(palette) + len(rows), 0, 0, start) + (
        header + palette + rows)


def bmp_rows(samples, dtype):
    """Rows of numbers from the bottom up, filled up to four bytes."""
    return b"".join(row.astype(dtype).tobytes().ljust((row.astype(dtype).nbytes + 3) // 4 * 4, b"\0")
                    for row in samples[::-1])


def bits_of(places, bits):
    """Places in a palette, the first one in the highest bits."""
    spread = (places[..., None] >> numpy.arange(bits - 1, -1, -1)) & 1
    return numpy.packbits(spread.reshape(len(places), -1).astype(numpy.uint8), axis=-1)


def bitmaps(rgb):
    save("colour.bmp", rgb)
    save("grey.bmp", rgb.convert("L"))
    save("bilevel.bmp", rgb.convert("1"))
    pixels = numpy.asarray(rgb).astype(numpy.uint32)
    colours = [(7 * place % 256, 13 * place % 256, 200 - place // 2) for place in range(256)]
    for bits in 1, 4, 8:
        places = pixels[..., 0] >> (8 - bits)
        rows = bmp_rows(bits_of(places, bits), "u1")
        write(f"palette-{bits}.bmp", bmp(bits, rows, colours[: 2**bits]))
    # Of OS/2, with three bytes a colour; with fewer colours than there may be; from the top down;
    # with the palette's place for that of the pixels.
    places = (pixels[..., 0] // 40).astype(numpy.uint8)
    rows = bmp_rows(places, "u1")
    write("os2.bmp", bmp(8, rows, colours, size=12))
    write("few.bmp", bmp(8, rows, colours[:7], named=7))
    write("down.bmp", bmp(8, bmp_rows(places[::-1], "u1"), colours[:7], named=7, height=-HEIGHT))
    write("place.bmp", bmp(8, rows, colours, offset=54))
    write("no-place.bmp", bmp(8, rows, colours, offset=0))
    lengths(places, colours)
    masked(pixels)


def masked(pixels):
    red, green, blue = numpy.moveaxis(pixels, -1, 0)
    fifteen = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3
    sixteen = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3
    write("fifteen.bmp", bmp(16, bmp_rows(fifteen, "<u2")))
    write("fifteen-masks.bmp", bmp(16, bmp_rows(fifteen, "<u2"), kind=3, masks=(0x7C00, 0x3E0, 0x1F),
                                   size=52))
    beside = struct.pack("<3I", 0xF800, 0x7E0, 0x1F)
    write("sixteen.bmp", bmp(16, beside + bmp_rows(sixteen, "<u2"), kind=3, offset=66))
    alpha = red[::-1]
    usual = alpha << 24 | red << 16 | green << 8 | blue
    other = red << 24 | green << 16 | blue << 8 | alpha
    write("thirty-two.bmp", bmp(32, bmp_rows(usual, "<u4")))
    write("alpha.bmp", bmp(32, bmp_rows(usual, "<u4"), kind=3, size=108,
                           masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000)))
    write("alpha-last.bmp", bmp(32, bmp_rows(other, "<u4"), kind=3, size=124,
                                masks=(0xFF000000, 0xFF0000, 0xFF00, 0xFF)))
    # Ten bits a part, which Pillow does not read.
    deep = red << 22 | green << 12 | blue << 2
    (FOLDER / "ten-bits.bmp").write_bytes(bmp(
        32, bmp_rows(deep, "<u4"), kind=3, size=56, masks=(0x3FF00000, 0xFFC00, 0x3FF, 0)))
    golden("ten-bits.bmp", Image.fromarray((pixels * 4 * 255 // 1023).astype(numpy.uint8)))
    (FOLDER / "masks.bmp").write_bytes(bmp(
        32, bmp_rows(deep, "<u4"), kind=3, size=56, masks=(0xA00000, 0xFF00, 0xFF, 0)))
    (FOLDER / "jpeg.bmp").write_bytes(bmp(24, b"", kind=4))


def runs(row, half):
    """A row as runs of one colour, with every third as it is."""
    data = b""
    for start in range(0, WIDTH, 6):
        part = row[start : start + 6]
        if start % 18 == 6:
            plain = bytes(part[0::2] << 4 | part[1::2]) if half else bytes(part)
            data += bytes([0, 6]) + plain + b"\0" * (len(plain) % 2)
        else:
            for colour in part:
                data += bytes([1, colour << 4 if half else colour])
    return data


def lengths(places, colours):
    for bits, kind in (8, 1), (4, 2):
        data = b"".join(runs(row, bits == 4) + b"\0\0" for row in places[::-1])
        write(f"runs-{bits}.bmp", bmp(bits, data + b"\0\1", colours[: 2**bits], kind=kind))
    # Two colours in turn, a run beyond its row, a jump, and an end before the last rows, whose rest
    # has the first colour: by the standard, which Pillow has in part.
    expected = numpy.zeros((HEIGHT, WIDTH), int)
    expected[0, :6] = [1, 2, 1, 2, 1, 0]
    expected[1, :] = 3
    expected[4, 5:8] = 4
    data = bytes([5, 0x12, 0, 0, 30, 0x33, 0, 0, 0, 2, 5, 2, 3, 0x44, 0, 1])
    (FOLDER / "runs-jump.bmp").write_bytes(bmp(4, data, colours[:16], kind=2))
    shown = numpy.array(colours)[expected][::-1, :, ::-1]
    golden("runs-jump.bmp", Image.fromarray(shown.astype(numpy.uint8)))
    (FOLDER / "runs-cut.bmp").write_bytes(bmp(4, data[:-2], colours[:16], kind=2))
    (FOLDER / "runs-down.bmp").write_bytes(bmp(4, data, colours[:16], kind=2, height=-HEIGHT))


def refused(rgb):
    """What must not decode."""
    jpeg = (FOLDER / "colour.jpg").read_bytes()
    png_file = (FOLDER / "colour.png").read_bytes()
    bitmap = (FOLDER / "colour.bmp").read_bytes()
    (FOLDER / "cut.jpg").write_bytes(jpeg[:-20])
    (FOLDER / "header.jpg").write_bytes(jpeg[:10])
    (FOLDER / "cut.png").write_bytes(png_file[: len(png_file) * 3 // 4])
    (FOLDER / "header.png").write_bytes(png_file[:10])
    header = b"IHDR" + struct.pack(">II", 65500, 65500) + png_file[24:29]
    checksum = struct.pack(">I", zlib.crc32(header))
    (FOLDER / "huge.png").write_bytes(png_file[:12] + header + checksum + png_file[33:])
    frames = b"acTL" + struct.pack(">II", 2, 0)
    (FOLDER / "moving.png").write_bytes(
        png_file[:33] + struct.pack(">I", 8) + frames + struct.pack(">I", zlib.crc32(frames)) + png_file[33:])
    # Fewer than are refused at once, but more than deflate could make of so few bytes.
    header = b"IHDR" + struct.pack(">II", 8000, 8000) + png_file[24:29]
    checksum = struct.pack(">I", zlib.crc32(header))
    (FOLDER / "promises.png").write_bytes(png_file[:12] + header + checksum + png_file[33:])
    (FOLDER / "cut.bmp").write_bytes(bitmap[:-1])
    (FOLDER / "header.bmp").write_bytes(bitmap[:30])
    (FOLDER / "huge.bmp").write_bytes(
        bitmap[:18] + struct.pack("<ii", 65500, -65500) + bitmap[26:])
    (FOLDER / "tables.jpg").write_bytes(jpeg[: jpeg.index(b"\xff\xc0")] + b"\xff\xd9")
    (FOLDER / "text.jpg").write_bytes(b"<html>404</html>")
    (FOLDER / "empty.jpg").write_bytes(b"")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    jpegs(picture())
    pngs(picture())
    webps(picture())
    anymaps(picture())
    bitmaps(picture())
    refused(picture())
