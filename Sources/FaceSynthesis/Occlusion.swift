import SeededRandom

/// The object in front of the face.
struct Occlusion: Sendable, Hashable {
    struct Glasses: Sendable, Hashable {
        /// Half the width of a lens in millimetres.
        var halfWidth: Float
        /// Half the height of a lens in millimetres.
        var halfHeight: Float
        /// 0 elliptic to 1 rectangular.
        var squareness: Float
        /// Thickness of the rim in millimetres.
        var rim: Float
        /// Linear colour of the frame.
        var colour: SIMD3<Float>
        /// Fraction of light absorbed by the lenses: 0 clear, 1 black.
        var tint: Float
        /// Strength of reflections on the lenses.
        var glare: Float
    }

    /// A cap, hat or head scarf.
    struct Hat: Sendable, Hashable {
        /// Height of the edge above the eyes in millimetres.
        var edge: Float
        /// How far the brim reaches forwards in millimetres; 0 for none.
        var brim: Float
        /// Linear RGB.
        var colour: SIMD3<Float>
    }

    /// A mask or a scarf drawn over mouth and nose.
    struct Scarf: Sendable, Hashable {
        /// Distance of its upper edge below the eyes in millimetres.
        var edge: Float
        /// Linear RGB.
        var colour: SIMD3<Float>
    }

    /// A finger, microphone or similar, drawn as a rounded bar over the picture.
    struct Bar: Sendable, Hashable {
        /// One end, in picture widths from the upper left corner.
        var start: SIMD2<Float>
        var end: SIMD2<Float>
        /// Radius in picture widths.
        var radius: Float
        /// Linear RGB.
        var colour: SIMD3<Float>
    }

    var glasses: Glasses?
    var hat: Hat?
    /// Mask or scarf, if worn.
    var scarf: Scarf?
    /// Fingers or a microphone.
    var bars: [Bar]

    init(from stream: inout SeededRandom, _ strength: Float) {
        let rate = PortableMath.clamp(strength, 0, 1.5)
        let (bespectacled, hatted) = (stream.chance(0.16 * rate), stream.chance(0.08 * rate))
        let (masked, touched) = (stream.chance(0.03 * rate), stream.chance(0.09 * rate))
        let glasses = Glasses(from: &stream)
        let hat = Hat(from: &stream)
        let scarf = Scarf(edge: stream.uniform(34, 62), colour: Backdrop.colour(&stream))
        let bars = Bar.group(from: &stream)
        self.glasses = bespectacled ? glasses : nil
        self.hat = hatted ? hat : nil
        self.scarf = masked ? scarf : nil
        self.bars = touched ? bars : []
    }
}

extension Occlusion.Glasses {
    init(from stream: inout SeededRandom) {
        halfWidth = stream.uniform(21, 28)
        halfHeight = stream.uniform(14, 23)
        squareness = stream.uniform()
        rim = stream.uniform(1.2, 4)
        let dark = stream.chance(0.7)
        let shade = stream.uniform(0.008, 0.05)
        let coloured = Backdrop.colour(&stream)
        colour = dark ? Vector(repeating: shade) : coloured
        let sunny = stream.chance(0.18)
        tint = sunny ? stream.uniform(0.6, 0.95) : stream.uniform(0, 0.12)
        glare = stream.uniform(0, 0.5) * stream.uniform()
    }
}

extension Occlusion.Hat {
    init(from stream: inout SeededRandom) {
        edge = stream.uniform(38, 66)
        brim = stream.chance(0.6) ? stream.uniform(25, 62) : 0
        colour = Backdrop.colour(&stream)
    }
}

extension Occlusion.Bar {
    /// One microphone or two to four fingers that come from below or from a side.
    static func group(from stream: inout SeededRandom) -> [Self] {
        let hand = stream.chance(0.7)
        let side: Float = stream.chance(0.5) ? 1 : -1
        let tip = SIMD2(0.5 + side * stream.uniform(0.1, 0.42), stream.uniform(0.62, 0.95))
        let root = SIMD2(0.5 + side * stream.uniform(0.3, 0.7), Float(1.15))
        let radius = stream.uniform(0.035, 0.055)
        let skin = SkinTone.colour(melanin: stream.uniform(), undertone: stream.normal())
        let grey = Vector(repeating: stream.uniform(0.01, 0.2))
        let fingers = 2 + stream.below(3)
        guard hand else { return [Self(start: tip, end: root, radius: 0.075, colour: grey)] }
        return (0..<fingers).map { finger in
            let shift = SIMD2(side * Float(finger) * radius * 1.7, Float(finger % 2) * 0.03)
            return Self(start: tip + shift, end: root + shift, radius: radius, colour: skin)
        }
    }
}
