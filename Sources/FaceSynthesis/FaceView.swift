import SeededRandom

/// Everything that distinguishes one photograph of a person from another; independent of the
/// person.
public struct FaceView: Sendable, Hashable {
    /// The head's orientation, and the camera's distance.
    var pose: Pose
    /// The facial expression.
    var expression: Expression
    /// The day's changes of hair, beard and skin.
    var grooming: Grooming
    var lighting: Lighting
    /// The background.
    var backdrop: Backdrop
    /// The object in front of the face.
    var occlusion: Occlusion
    /// Lens, sensor and alignment.
    var camera: Camera

    /// Draws a view.
    ///
    /// - Parameters:
    ///   - stream: The source of randomness.
    ///   - variation: Strength of all variation. 0: passport photographs. 1: people in the street.
    ///     2: hardly recognisable. Clamped to 0...2.
    init(from stream: inout SeededRandom, variation: Float = 1) {
        let strength = PortableMath.clamp(variation, 0, 2)
        pose = Pose(from: &stream, strength)
        expression = Expression(from: &stream, strength)
        grooming = Grooming(from: &stream, strength)
        lighting = Lighting(from: &stream, strength)
        backdrop = Backdrop(from: &stream)
        occlusion = Occlusion(from: &stream, strength)
        camera = Camera(from: &stream, strength)
    }

    /// Draws the view of image number `image` of person number `identity` of population `seed`.
    public init(seed: UInt64, identity: Int, image: Int, variation: Float = 1) {
        var stream = SeededRandom(
            seed: seed, "view", UInt64(bitPattern: Int64(identity)),
            UInt64(bitPattern: Int64(image)))
        self.init(from: &stream, variation: variation)
    }
}

/// The head's orientation; radians.
struct Pose: Sendable, Hashable {
    /// Turn towards the picture's right; ±0.9.
    var yaw: Float
    /// Nod: looking down is positive; ±0.6.
    var pitch: Float
    /// Tilt counter-clockwise, most of which the alignment removes.
    var roll: Float
    /// Millimetres from the camera to the head; near cameras exaggerate noses.
    var distance: Float

    init(from stream: inout SeededRandom, _ strength: Float) {
        let wide: Float = stream.chance(0.25) ? 1.5 : 0.8
        yaw = PortableMath.clamp(stream.normal(0, 0.34 * wide) * strength, -0.95, 0.95)
        pitch = PortableMath.clamp(stream.normal(0, 0.17) * strength, -0.6, 0.6)
        roll = stream.normal(0, 0.14) * strength
        distance = 1800 - (stream.uniform() * 1150) * PortableMath.clamp(strength, 0, 1)
    }
}

/// The facial expression.
struct Expression: Sendable, Hashable {
    /// Gap between the lips in millimetres.
    var jaw: Float
    /// −0.5 sad to 1 laughing.
    var smile: Float
    /// −0.4 stretched to 0.8 puckered.
    var pucker: Float
    /// How far the brows are raised, in millimetres.
    var browRaise: Float
    /// 0 relaxed to 1 frowning.
    var frown: Float
    /// Factor on the eyes' opening, 0 (shut) to 1.35.
    var lids: Float
    /// Displacement of the irises to the picture's right and up, in millimetres.
    var gaze: SIMD2<Float>

    init(from stream: inout SeededRandom, _ strength: Float) {
        let laughs = stream.chance(0.35)
        let smiling = laughs ? stream.uniform(0.4, 1) : stream.normal(0.05, 0.2)
        let opening = laughs ? stream.uniform(0, 11) : stream.normal(0, 3)
        let speaks = stream.chance(0.18)
        let speech = stream.uniform(3, 20)
        smile = PortableMath.clamp(smiling * strength, -0.5, 1)
        jaw = PortableMath.clamp((speaks ? speech : opening) * strength, 0, 22)
        pucker = PortableMath.clamp(stream.normal(0, 0.22) * strength, -0.4, 0.8) * (1 - smile)
        browRaise = PortableMath.clamp(stream.normal(0.6, 2.2) * strength, -3, 8)
        frown = PortableMath.clamp(stream.normal(0, 0.4) * strength, 0, 1)
        let blinks = stream.chance(0.035)
        let squint = stream.normal(1 - 0.2 * smile, 0.13)
        lids = blinks ? 0.05 : PortableMath.clamp(1 + (squint - 1) * strength, 0.3, 1.35)
        let (gazeX, gazeY) = (stream.normal(0, 2), stream.normal(-0.3, 1))
        gaze = SIMD2(
            PortableMath.clamp(gazeX * strength, -5, 5), PortableMath.clamp(gazeY, -2.5, 2.5))
    }
}

/// The day's changes of hair, beard and skin.
struct Grooming: Sendable, Hashable {
    /// Millimetres added to the hair's length.
    var hairLength: Float
    /// Factor on the hair's volume.
    var hairVolume: Float
    /// Added to the parting.
    var parting: Float
    /// Factor on the fringe.
    var fringe: Float
    /// Hair pulled to the back of the head: the sides end above the ears.
    var tiedBack: Bool
    /// Where the texture of the strands begins in the noise tile.
    var strandOrigin: SIMD2<Float>
    /// Factor on the beard's density, 0 (shaven) to 1.2.
    var beard: Float
    /// Lipstick: strength 0 to 1.
    var lipstick: Float
    /// Change of the skin's pigment by season, about ±0.05.
    var tan: Float

    init(from stream: inout SeededRandom, _ strength: Float) {
        hairLength = stream.normal(0, 9) * strength
        hairVolume = PortableMath.clamp(1 + stream.normal(0, 0.22) * strength, 0.5, 1.7)
        parting = stream.normal(0, 0.25) * strength
        fringe = PortableMath.clamp(1 + stream.normal(0, 0.3) * strength, 0.2, 1.7)
        tiedBack = stream.chance(0.22 * PortableMath.clamp(strength, 0, 1))
        strandOrigin = SIMD2(stream.uniform(0, 128), stream.uniform(0, 128))
        let shaved = stream.chance(0.12 * PortableMath.clamp(strength, 0, 1))
        let growth = stream.normal(0, 0.16)
        beard = shaved ? 0.12 : PortableMath.clamp(1 + growth * strength, 0.5, 1.2)
        let painted = stream.chance(0.16 * PortableMath.clamp(strength, 0, 1))
        lipstick = stream.uniform(0.3, 1) * (painted ? 1 : 0)
        tan = stream.normal(0, 0.03) * strength
    }
}
