/// The skull and soft shape of a head. Lengths are in millimetres for an average adult with eyes 63
/// mm apart; factors are relative to the average.
struct HeadTraits: Sendable, Hashable {
    /// Factor on the whole width.
    var width: Float
    /// Factor on the width of the forehead.
    var foreheadWidth: Float
    /// Height of the crown above the eyes.
    var crown: Float
    /// How far the forehead leans back.
    var foreheadSlope: Float
    /// How far the brow ridge protrudes.
    var browRidge: Float
    /// How far the cheekbones protrude sideways.
    var cheekbones: Float
    /// Fullness (positive) or hollowness of the cheeks.
    var cheeks: Float
    /// Factor on the width at the jaw's angle.
    var jawWidth: Float
    /// Factor on the width of the chin.
    var chinWidth: Float
    /// Factor on the distance from mouth to chin.
    var chinLength: Float
    /// How far the chin protrudes.
    var chinForward: Float
    /// Depth of the chin's dimple.
    var chinCleft: Float
    /// 0: round in cross-section; 1: flat in front with marked corners.
    var flatness: Float
}

/// The eyes. Angles in radians.
struct EyeTraits: Sendable, Hashable {
    /// Distance of each eye's centre from the face's midline.
    var spacing: Float
    /// Half the width of the opening.
    var halfWidth: Float
    /// Half the height of the opening as a fraction of its half width.
    var openness: Float
    /// Rise of the outer corner.
    var tilt: Float
    /// Outward offset of the opening's highest point, in half widths.
    var skew: Float
    /// Depth of the sockets.
    var depth: Float
    /// How far the upper lid's crease is above the lashes.
    var crease: Float
    /// Pigment of the iris: 0 blue-grey, 0.5 green to hazel, 1 dark brown.
    var pigment: Float
    /// Offset of the iris' hue, about ±1.
    var hue: Float
    /// Radius of the iris.
    var irisRadius: Float
    /// Darkness of the lashes, 0 to 1.
    var lashes: Float
    /// Bags below the eyes, 0 to 1.
    var bags: Float
}

struct BrowTraits: Sendable, Hashable {
    /// Height above the eyes.
    var height: Float
    /// Distance of the inner end from the face's midline.
    var gap: Float
    /// Length of each.
    var length: Float
    /// Greatest thickness.
    var thickness: Float
    /// Height of the arch.
    var arch: Float
    /// Rise of the outer end.
    var tilt: Float
    /// How well the hairs cover the skin, 0 to 1.
    var density: Float
    /// How much darker than the hair, 0 to 1.
    var darkness: Float
}

struct NoseTraits: Sendable, Hashable {
    /// Distance of the tip below the eyes.
    var length: Float
    /// How far the bridge protrudes between the eyes.
    var bridge: Float
    /// Half the width of the bridge.
    var bridgeWidth: Float
    /// How far the tip protrudes.
    var projection: Float
    /// Half the width of the tip.
    var tipWidth: Float
    /// Height of the hump (positive) or depth of the hollow (negative) of the ridge.
    var hump: Float
    /// Distance of the wings from the face's midline.
    var wings: Float
    /// How far the tip turns up.
    var upturn: Float
    /// Size factor of the nostrils.
    var nostrils: Float
}

struct MouthTraits: Sendable, Hashable {
    /// Distance of the mouth below the eyes.
    var height: Float
    var halfWidth: Float
    /// Height of the upper lip's red.
    var upperLip: Float
    /// Height of the lower lip's red.
    var lowerLip: Float
    /// Depth of the upper lip's bow.
    var bow: Float
    /// Rise of the corners.
    var cornerLift: Float
    /// How far both lips protrude.
    var protrusion: Float
    /// Redness of the lips against the skin, 0 to 1.
    var redness: Float
    /// Depth of the groove below the nose, 0 to 1.
    var philtrum: Float
}

struct EarTraits: Sendable, Hashable {
    var height: Float
    /// Width as a fraction of the height.
    var aspect: Float
    /// Angle at which they protrude from the head.
    var angle: Float
    /// Length of the lobe, 0 to 1.
    var lobe: Float
}

/// The skin's colour and relief.
struct SkinTraits: Sendable, Hashable {
    /// Pigment, 0 palest to 1 darkest.
    var melanin: Float
    /// Red against yellow, about ±1.
    var undertone: Float
    /// Redness of cheeks and nose, 0 to 1.
    var flush: Float
    /// Strength of blotches, 0 to 1.
    var blotches: Float
    /// Density of freckles, 0 to 1.
    var freckles: Float
    /// Shine, 0 to 1.
    var gloss: Float
    /// Age in years: wrinkles, folds, grey hair.
    var age: Float
    /// Depth of the forehead's lines, 0 to 1.
    var foreheadLines: Float
    /// Depth of the folds from nose to mouth, 0 to 1.
    var folds: Float
    /// Darkness around the eyes, 0 to 1.
    var eyeShade: Float
    /// Where this skin's texture begins in the noise tile.
    var textureOrigin: SIMD2<Float>
}

/// The hair of the head, as the person usually wears it.
struct HairTraits: Sendable, Hashable {
    /// Pigment, 0 blond to 1 black.
    var melanin: Float
    /// Red pigment, 0 to 1.
    var red: Float
    /// Fraction of grey hair, 0 to 1.
    var grey: Float
    /// Height of the hairline above the eyes in the middle.
    var hairline: Float
    /// How far the hairline recedes at the temples.
    var recession: Float
    /// How far the hairline points down in the middle.
    var peak: Float
    /// How far the hair hangs below the eyes at the sides; negative if it ends above.
    var length: Float
    /// How far the hair stands off the head.
    var volume: Float
    /// Curl, 0 straight to 1 tight.
    var curl: Float
    /// How far a fringe falls below the hairline.
    var fringe: Float
    /// Side and strength of the parting, −1 to 1.
    var parting: Float
    /// Angle of the front edge of the side hair from the face's midline, in degrees.
    var sides: Float
    /// How far sideburns reach below the eyes.
    var sideburns: Float
}

/// Facial hair: greatest density of each part, 0 for none to 1.
struct BeardTraits: Sendable, Hashable {
    /// Above the upper lip.
    var moustache: Float
    var chin: Float
    /// Cheeks and jaw.
    var cheeks: Float
    /// How high the beard reaches on the cheeks, 0 to 1.
    var reach: Float
    /// Shadow of shaven hair, 0 to 1.
    var shadow: Float
}

/// A mark on the skin, in frontal coordinates.
struct SkinMark: Sendable, Hashable {
    /// Position in millimetres to the right of and above the midpoint between the eyes.
    var position: SIMD2<Float>
    /// Half its length and half its width.
    var radii: SIMD2<Float>
    /// Direction of its length as cosine and sine.
    var direction: SIMD2<Float>
    /// Factors of the skin's red, green and blue at its centre.
    var tint: SIMD3<Float>
}
