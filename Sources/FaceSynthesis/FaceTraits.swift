/// The skull and the soft shape of a head. Lengths in millimetres of an average adult whose eyes
/// are 63 mm apart; factors are relative to the average.
public struct HeadTraits: Sendable, Hashable {
    /// Factor on the whole width.
    public var width: Float
    /// Factor on the width of the forehead.
    public var foreheadWidth: Float
    /// Height of the crown above the eyes.
    public var crown: Float
    /// How far the forehead leans back.
    public var foreheadSlope: Float
    /// How far the brow ridge stands out.
    public var browRidge: Float
    /// How far the cheekbones stand out sideways.
    public var cheekbones: Float
    /// Fullness (positive) or hollowness of the cheeks.
    public var cheeks: Float
    /// Factor on the width at the jaw's angle.
    public var jawWidth: Float
    /// Factor on the width of the chin.
    public var chinWidth: Float
    /// Factor on the distance from mouth to chin.
    public var chinLength: Float
    /// How far the chin stands out.
    public var chinForward: Float
    /// Depth of the chin's dimple.
    public var chinCleft: Float
    /// 0: round in cross-section; 1: flat in front with marked corners.
    public var flatness: Float
}

/// The eyes. Angles in radians.
public struct EyeTraits: Sendable, Hashable {
    /// Distance of each eye's middle from the face's middle.
    public var spacing: Float
    /// Half the width of the opening.
    public var halfWidth: Float
    /// Half the height of the opening as a fraction of its half width.
    public var openness: Float
    /// Rise of the outer corner.
    public var tilt: Float
    /// How far the opening's highest point lies outwards, in half widths.
    public var skew: Float
    /// Depth of the sockets.
    public var depth: Float
    /// How far the upper lid's crease lies above the lashes.
    public var crease: Float
    /// Pigment of the iris: 0 blue-grey, 0.5 green to hazel, 1 dark brown.
    public var pigment: Float
    /// Deviation of the iris' hue, about ±1.
    public var hue: Float
    /// Radius of the iris.
    public var irisRadius: Float
    /// Darkness of the lashes, 0 to 1.
    public var lashes: Float
    /// Bags below the eyes, 0 to 1.
    public var bags: Float
}

/// The brows.
public struct BrowTraits: Sendable, Hashable {
    /// Height above the eyes.
    public var height: Float
    /// Distance of the inner end from the face's middle.
    public var gap: Float
    /// Length of each.
    public var length: Float
    /// Greatest thickness.
    public var thickness: Float
    /// Height of the arch.
    public var arch: Float
    /// Rise of the outer end.
    public var tilt: Float
    /// How well the hairs cover the skin, 0 to 1.
    public var density: Float
    /// How much darker than the hair, 0 to 1.
    public var darkness: Float
}

/// The nose.
public struct NoseTraits: Sendable, Hashable {
    /// Distance of the tip below the eyes.
    public var length: Float
    /// How far the bridge stands out between the eyes.
    public var bridge: Float
    /// Half the width of the bridge.
    public var bridgeWidth: Float
    /// How far the tip stands out.
    public var projection: Float
    /// Half the width of the tip.
    public var tipWidth: Float
    /// Height of the hump (positive) or hollow of the back.
    public var hump: Float
    /// Distance of the wings from the face's middle.
    public var wings: Float
    /// How far the tip turns up.
    public var upturn: Float
    /// Size factor of the nostrils.
    public var nostrils: Float
}

/// The mouth.
public struct MouthTraits: Sendable, Hashable {
    /// Distance of the mouth below the eyes.
    public var height: Float
    /// Half its width.
    public var halfWidth: Float
    /// Height of the upper lip's red.
    public var upperLip: Float
    /// Height of the lower lip's red.
    public var lowerLip: Float
    /// Depth of the upper lip's bow.
    public var bow: Float
    /// Rise of the corners.
    public var cornerLift: Float
    /// How far both lips stand out.
    public var protrusion: Float
    /// Redness of the lips against the skin, 0 to 1.
    public var redness: Float
    /// Depth of the groove below the nose, 0 to 1.
    public var philtrum: Float
}

/// The ears.
public struct EarTraits: Sendable, Hashable {
    /// Height.
    public var height: Float
    /// Width as a fraction of the height.
    public var aspect: Float
    /// Angle by which they stand off the head.
    public var angle: Float
    /// Length of the lobe, 0 to 1.
    public var lobe: Float
}

/// The skin's colour and relief.
public struct SkinTraits: Sendable, Hashable {
    /// Pigment, 0 palest to 1 darkest.
    public var melanin: Float
    /// Red against yellow, about ±1.
    public var undertone: Float
    /// Redness of cheeks and nose, 0 to 1.
    public var flush: Float
    /// Strength of blotches, 0 to 1.
    public var blotches: Float
    /// Density of freckles, 0 to 1.
    public var freckles: Float
    /// Shine, 0 to 1.
    public var gloss: Float
    /// Age in years: wrinkles, folds, grey hair.
    public var age: Float
    /// Depth of the forehead's lines, 0 to 1.
    public var foreheadLines: Float
    /// Depth of the folds from nose to mouth, 0 to 1.
    public var folds: Float
    /// Darkness round the eyes, 0 to 1.
    public var eyeShade: Float
    /// Where this skin's texture is read from the noise tile.
    public var textureOrigin: SIMD2<Float>
}

/// The hair of the head, as the person usually wears it.
public struct HairTraits: Sendable, Hashable {
    /// Pigment, 0 blond to 1 black.
    public var melanin: Float
    /// Red pigment, 0 to 1.
    public var red: Float
    /// Fraction of grey hair, 0 to 1.
    public var grey: Float
    /// Height of the hairline above the eyes in the middle.
    public var hairline: Float
    /// How far the hairline draws back at the temples.
    public var recession: Float
    /// How far the hairline points down in the middle.
    public var peak: Float
    /// Distance from the eyes down to which the hair hangs at the sides; negative: cut above.
    public var length: Float
    /// How far the hair stands off the head.
    public var volume: Float
    /// Curl, 0 straight to 1 tight.
    public var curl: Float
    /// How far a fringe falls below the hairline.
    public var fringe: Float
    /// Side and strength of the parting, −1 to 1.
    public var parting: Float
    /// How far the front of the sides lies from the face's middle, in degrees round the head.
    public var sides: Float
    /// How far sideburns reach below the eyes.
    public var sideburns: Float
}

/// Facial hair: greatest density of each part, 0 for none to 1.
public struct BeardTraits: Sendable, Hashable {
    /// Above the upper lip.
    public var moustache: Float
    /// Chin.
    public var chin: Float
    /// Cheeks and jaw.
    public var cheeks: Float
    /// How high the beard reaches on the cheeks, 0 to 1.
    public var reach: Float
    /// Shadow of shaven hair, 0 to 1.
    public var shadow: Float
}

/// A spot on the skin at frontal coordinates.
public struct SkinMark: Sendable, Hashable {
    /// Place in millimetres right of and above the middle between the eyes.
    public var position: SIMD2<Float>
    /// Half its length and half its width.
    public var radii: SIMD2<Float>
    /// Direction of its length as cosine and sine.
    public var direction: SIMD2<Float>
    /// What the skin's red, green and blue are multiplied by at its middle.
    public var tint: SIMD3<Float>
}
