#ifndef FACET_LIBPNG_H
#define FACET_LIBPNG_H

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// libpng reports errors by longjmp(3), which may not pass through Swift: every function here catches its
// own. What changes between setjmp and longjmp is behind a pointer, where it is not lost.

/// A PNG that is read from memory.
typedef struct FacetPNG {
    png_structp png;
    png_infop info;
    const unsigned char *bytes;
    size_t count;
    size_t position;
    png_bytepp rows;
    /// Why the last function failed.
    char reason[128];
} FacetPNG;

static void facet_png_fail(png_structp png, png_const_charp reason) {
    FacetPNG *reading = (FacetPNG *)png_get_error_ptr(png);
    strncpy(reading->reason, reason, sizeof reading->reason - 1);
    png_longjmp(png, 1);
}

static void facet_png_ignore(png_structp png, png_const_charp warning) {
    (void)png;
    (void)warning;
}

static void facet_png_take(png_structp png, png_bytep target, size_t count) {
    FacetPNG *reading = (FacetPNG *)png_get_io_ptr(png);
    if (count > reading->count - reading->position) png_error(png, "it is truncated");
    memcpy(target, reading->bytes + reading->position, count);
    reading->position += count;
}

/// Releases a PNG; NULL is allowed.
static inline void facet_png_close(FacetPNG *reading) {
    if (reading == NULL) return;
    if (reading->png != NULL) png_destroy_read_struct(&reading->png, &reading->info, NULL);
    free(reading->rows);
    free(reading);
}

/// Prepares reading; the bytes must stay until facet_png_close. NULL if memory is exhausted.
static inline FacetPNG *facet_png_open(const void *bytes, size_t count) {
    FacetPNG *reading = (FacetPNG *)calloc(1, sizeof(FacetPNG));
    if (reading == NULL) return NULL;
    reading->bytes = (const unsigned char *)bytes;
    reading->count = count;
    reading->png = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, reading, facet_png_fail, facet_png_ignore);
    if (reading->png != NULL) reading->info = png_create_info_struct(reading->png);
    if (reading->info == NULL) {
        facet_png_close(reading);
        return NULL;
    }
    return reading;
}

/// Reads the chunks before the pixels, and asks for RGB of 8 bits without alpha, or for the samples
/// of 16 bits of a grey picture. Nothing is done about gamma and profiles. Returns whether it could.
static inline int facet_png_header(FacetPNG *reading) {
    // Eight kilobytes of text can become eight megabytes, so only so many are kept.
    enum { max_texts = 16 };
    png_structp png = reading->png;
    if (setjmp(png_jmpbuf(png))) return 0;
    png_set_read_fn(png, reading, facet_png_take);
    png_set_chunk_cache_max(png, max_texts);
    png_set_keep_unknown_chunks(
        png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep) "cHRM\0gAMA\0iCCP\0sRGB\0sPLT", 5);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep) "eXIf", 1);
    png_read_info(png, reading->info);
    int colour = png_get_color_type(png, reading->info);
    if (colour == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(png);
    } else if (colour == PNG_COLOR_TYPE_GRAY) {
        png_set_expand_gray_1_2_4_to_8(png);
    }
    if (colour != PNG_COLOR_TYPE_GRAY) png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (colour != PNG_COLOR_TYPE_GRAY || png_get_bit_depth(png, reading->info) < 16) {
        png_set_gray_to_rgb(png);
    }
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, reading->info);
    return 1;
}

/// Reads all rows, each of `png_get_rowbytes`. Returns whether it could.
static inline int facet_png_rows(FacetPNG *reading, void *target) {
    png_structp png = reading->png;
    if (setjmp(png_jmpbuf(png))) return 0;
    size_t height = png_get_image_height(png, reading->info);
    size_t width = png_get_rowbytes(png, reading->info);
    reading->rows = (png_bytepp)malloc(height * sizeof(png_bytep));
    if (reading->rows == NULL) png_error(png, "there is no memory");
    for (size_t row = 0; row < height; row++) {
        reading->rows[row] = (png_bytep)target + row * width;
    }
    png_read_image(png, reading->rows);
    return 1;
}

/// Reads the chunks after the pixels, as far as it can be read.
static inline void facet_png_tail(FacetPNG *reading) {
    if (setjmp(png_jmpbuf(reading->png))) return;
    png_read_end(reading->png, reading->info);
}

/// The last chunk eXIf; NULL without one.
static inline const unsigned char *facet_png_exif(FacetPNG *reading, size_t *count) {
    png_unknown_chunkp chunks = NULL;
    int number = png_get_unknown_chunks(reading->png, reading->info, &chunks);
    for (int position = number - 1; position >= 0; position--) {
        if (memcmp(chunks[position].name, "eXIf", 4) != 0) continue;
        *count = chunks[position].size;
        return chunks[position].data;
    }
    return NULL;
}

/// The last text of a key; NULL without one.
static inline const char *facet_png_text(FacetPNG *reading, const char *key, size_t *count) {
    png_textp texts = NULL;
    int number = 0;
    png_get_text(reading->png, reading->info, &texts, &number);
    for (int position = number - 1; position >= 0; position--) {
        if (strcmp(texts[position].key, key) != 0 || texts[position].text == NULL) continue;
        // For international texts, which are in another field, the other one is 0.
        *count = texts[position].text_length + texts[position].itxt_length;
        return texts[position].text;
    }
    return NULL;
}

#endif
