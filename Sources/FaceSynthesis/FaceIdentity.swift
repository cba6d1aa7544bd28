import SeededRandom

/// A synthetic person: a point in a continuous space of about eighty measures of shape, colour and
/// texture, drawn from a seed and an index.
///
/// The variation of a photograph (pose, light, expression, ...) is in ``FaceView``. No real person is
/// modelled; distributions are rough averages of adult faces.
public struct FaceIdentity: Sendable, Hashable {
    /// Seed of the population.
    public let seed: UInt64
    /// Number of the person within the population.
    public let index: Int
    /// The skull and soft shape.
    var head: HeadTraits
    var eyes: EyeTraits
    var brows: BrowTraits
    var nose: NoseTraits
    var mouth: MouthTraits
    var ears: EarTraits
    var skin: SkinTraits
    var hair: HairTraits
    var beard: BeardTraits
    /// Moles, scars and birthmarks.
    var marks: [SkinMark]

    /// Draws person number `index` of the population `seed`.
    public init(seed: UInt64, index: Int) {
        self.seed = seed
        self.index = index
        let key = UInt64(bitPattern: Int64(index))
        var stream = SeededRandom(seed: seed, "identity", key)
        let build = Build(&stream)
        head = HeadTraits(build, &stream)
        eyes = EyeTraits(build, &stream)
        brows = BrowTraits(build, &stream)
        nose = NoseTraits(build, &stream)
        mouth = MouthTraits(build, &stream)
        ears = EarTraits(build, &stream)
        skin = SkinTraits(build, &stream)
        hair = HairTraits(build, &stream)
        beard = BeardTraits(build, &stream)
        marks = SkinMark.all(build, &stream)
    }
}

/// Common causes of several traits, which keep faces plausible: beards occur with heavier jaws,
/// grey hair with wrinkles.
struct Build {
    /// 0 feminine to 1 masculine.
    let masculinity: Float
    /// Years, 18 to 80.
    let age: Float
    /// Skin pigment, 0 to 1.
    let melanin: Float
    /// Two further common causes of shape, about ±1.5.
    let breadth: Float
    let weight: Float

    init(_ stream: inout SeededRandom) {
        let side: Float = stream.chance(0.5) ? 0.82 : 0.18
        masculinity = PortableMath.clamp(stream.normal(side, 0.13), 0, 1)
        let t = stream.uniform()
        age = 18 + 58 * t * (0.55 + 0.45 * t)
        melanin = PortableMath.clamp(stream.uniform(-0.06, 1.02), 0, 1)
        breadth = stream.normal(0, 0.8)
        weight = stream.normal(0, 0.9)
    }

    /// 0 at twenty to 1 at seventy-five.
    var years: Float { PortableMath.clamp((age - 20) / 55, 0, 1) }
}

extension SeededRandom {
    /// A measure of a person. Synthetic people differ by a quarter more than real ones, so that
    /// they can be distinguished with the few small pictures of a quick comparison.
    fileprivate mutating func trait(_ mean: Float, _ standardDeviation: Float) -> Float {
        normal(mean, 1.25 * standardDeviation)
    }
}

extension HeadTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let m = build.masculinity - 0.5
        width = 1 + 0.03 * build.breadth + 0.02 * build.weight + stream.trait(0, 0.025)
        foreheadWidth = stream.trait(1, 0.045)
        crown = stream.trait(114, 5)
        foreheadSlope = stream.trait(4 + 5 * m, 3)
        browRidge = stream.trait(1.5 + 4 * m, 1.2)
        cheekbones = stream.trait(1.5 - 2 * m, 2.4)
        cheeks = stream.trait(2.2 * build.weight, 1.8) - 2 * build.years
        jawWidth = stream.trait(1 + 0.10 * m + 0.02 * build.weight, 0.06)
        chinWidth = stream.trait(1 + 0.28 * m, 0.15)
        chinLength = stream.trait(1 + 0.12 * m, 0.10)
        chinForward = stream.trait(1 + 2 * m, 2.6)
        chinCleft = stream.chance(0.2 + 0.2 * m) ? stream.uniform(0.8, 2.4) : 0
        flatness = PortableMath.clamp(stream.trait(0.45 + 0.2 * m, 0.2), 0, 1)
    }
}

extension EyeTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        spacing = stream.trait(31.5, 1.9)
        halfWidth = stream.trait(14.6 - 0.5 * (build.masculinity - 0.5), 1.15)
        openness = PortableMath.clamp(stream.trait(0.40, 0.065), 0.2, 0.6)
        tilt = stream.trait(0.07, 0.085)
        skew = stream.trait(0.02, 0.2)
        depth = stream.trait(6.5 + 2 * (build.masculinity - 0.5), 2)
        crease = PortableMath.clamp(stream.trait(3.4, 1.3), 0.6, 6.5)
        pigment = PortableMath.clamp(
            stream.uniform(-0.15, 1.1) + 1.1 * PortableMath.smoothstep(0.25, 0.55, build.melanin),
            0, 1)
        hue = stream.normal()
        irisRadius = stream.trait(6.0, 0.35)
        lashes = PortableMath.clamp(
            stream.trait(0.75 - 0.3 * build.masculinity, 0.2), 0.1, 1)
        bags = PortableMath.clamp(stream.trait(0.15 + 0.6 * build.years, 0.25), 0, 1)
    }
}

extension BrowTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let m = build.masculinity - 0.5
        height = stream.trait(20.5 - 3.4 * m, 2.2)
        gap = stream.trait(12.5, 2.6)
        length = stream.trait(38, 3.6)
        thickness = PortableMath.clamp(stream.trait(6.2 + 3.2 * m, 1.9), 2, 12)
        arch = stream.trait(3.6 - 2.4 * m, 2)
        tilt = stream.trait(1.2 - 2 * m, 2.8)
        density = PortableMath.clamp(stream.trait(0.85, 0.2), 0.2, 1)
        darkness = PortableMath.clamp(stream.trait(0.5, 0.3), 0, 1)
    }
}

extension NoseTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let m = build.masculinity - 0.5
        length = stream.trait(36.5 + 2 * m, 2.9)
        bridge = stream.trait(6 + 3 * m - 1.6 * build.breadth, 2)
        bridgeWidth = stream.trait(6.6 + 0.8 * build.breadth, 1.1)
        projection = stream.trait(20 + 2.5 * m - 1.2 * build.breadth, 2.8)
        tipWidth = stream.trait(9.2 + 1.4 * m + 0.9 * build.breadth, 1.5)
        hump = stream.trait(0.4 + 1.4 * m, 1.7)
        wings = stream.trait(13.6 + 2.2 * m + 1.5 * build.breadth, 1.6)
        upturn = stream.trait(0.2 - 1.2 * m, 2)
        nostrils = PortableMath.clamp(stream.trait(1, 0.25), 0.4, 1.8)
    }
}

extension MouthTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let m = build.masculinity - 0.5
        height = stream.trait(71 + 1.6 * m, 2.7)
        halfWidth = stream.trait(24.5 + 1.4 * m, 2.5)
        upperLip = PortableMath.clamp(
            stream.trait(6.3 - 1.4 * m + 0.8 * build.breadth - 1.4 * build.years, 1.7), 2, 12)
        lowerLip = PortableMath.clamp(
            stream.trait(8.6 - 1.2 * m + 0.8 * build.breadth - 1.4 * build.years, 1.8), 3, 14)
        bow = PortableMath.clamp(stream.trait(1.5 - m, 0.9), -0.4, 4)
        cornerLift = stream.trait(0 - build.years, 1.5)
        protrusion = stream.trait(1 + 0.8 * build.breadth, 1.5)
        redness = PortableMath.clamp(stream.trait(0.5 - 0.25 * m, 0.2), 0.05, 1)
        philtrum = stream.uniform(0.1, 1)
    }
}

extension EarTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        height = stream.trait(57 + 5 * build.years + 3 * (build.masculinity - 0.5), 4.5)
        aspect = PortableMath.clamp(stream.trait(0.56, 0.06), 0.4, 0.75)
        angle = PortableMath.clamp(stream.trait(0.4, 0.2), 0.1, 1)
        lobe = stream.uniform()
    }
}

extension SkinTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let years = build.years
        melanin = build.melanin
        undertone = stream.normal()
        flush = PortableMath.clamp(stream.trait(0.35, 0.25), 0, 1)
        blotches = PortableMath.clamp(stream.trait(0.25 + 0.3 * years, 0.2), 0, 1)
        let freckled = stream.chance(0.28 * (1 - 0.8 * build.melanin))
        freckles = stream.uniform(0.25, 1) * (freckled ? 1 : 0)
        gloss = stream.uniform(0.05, 0.8)
        age = build.age
        foreheadLines = PortableMath.clamp(stream.trait(1.1 * years - 0.05, 0.2), 0, 1)
        folds = PortableMath.clamp(stream.trait(0.15 + 0.75 * years, 0.2), 0, 1)
        eyeShade = PortableMath.clamp(stream.trait(0.25 + 0.25 * years, 0.25), 0, 1)
        textureOrigin = SIMD2(stream.uniform(0, 128), stream.uniform(0, 128))
    }
}

extension HairTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let (m, years) = (build.masculinity, build.years)
        let dark = PortableMath.smoothstep(0.2, 0.5, build.melanin)
        melanin = PortableMath.clamp(stream.uniform(0.05, 1) + 0.75 * dark, 0, 1)
        red = stream.chance(0.14 * (1 - dark)) ? stream.uniform(0.4, 1) : stream.uniform(0, 0.2)
        grey = PortableMath.clamp(stream.normal(1.9 * years - 0.95, 0.25), 0, 1)
        let balding = stream.chance(0.12 + 0.4 * years * m) ? m * m * stream.uniform() : 0
        hairline = stream.normal(66 + 4 * years, 5) + 52 * balding
        recession = PortableMath.clamp(stream.normal(4 + 9 * m * years, 4), -2, 30) + 22 * balding
        peak = PortableMath.clamp(stream.normal(0, 3), -3, 8)
        let long = stream.chance(1.02 - m)
        length = long ? stream.uniform(25, 190) : stream.uniform(-18, 22)
        volume = PortableMath.clamp(
            stream.normal(long ? 13 : 9, 5.5) * (1 - 0.5 * balding), 2.5, 30)
        curl = PortableMath.clamp(stream.normal(0.15 + 0.5 * dark * build.melanin, 0.28), 0, 1)
        fringe = stream.chance(0.34 * (1 - balding)) ? stream.uniform(8, 44) : 0
        parting = stream.normal(0, 0.5)
        sides = stream.normal(61, 5)
        sideburns = PortableMath.clamp(stream.normal(2 + 14 * m, 8), -10, 40)
    }
}

extension BeardTraits {
    init(_ build: Build, _ stream: inout SeededRandom) {
        let growth = PortableMath.smoothstep(0.45, 0.75, build.masculinity)
        let bearded = stream.chance(0.5)
        let moustached = stream.chance(bearded ? 0.85 : 0.14)
        let full = stream.chance(0.6)
        moustache = moustached ? growth * stream.uniform(0.45, 1) : 0
        chin = bearded ? growth * stream.uniform(0.45, 1) : 0
        cheeks = bearded && full ? growth * stream.uniform(0.3, 1) : 0
        reach = stream.uniform()
        shadow = growth * stream.uniform(0, 0.55)
    }
}

extension SkinMark {
    static func all(_ build: Build, _ stream: inout SeededRandom) -> [SkinMark] {
        let moles = stream.below(5)
        var marks = (0..<moles).map { _ in mole(&stream) }
        if stream.chance(0.14) { marks.append(scar(&stream)) }
        if stream.chance(0.06) { marks.append(birthmark(&stream)) }
        return marks
    }

    private static func randomPosition(_ stream: inout SeededRandom) -> SIMD2<Float> {
        let side: Float = stream.chance(0.5) ? 1 : -1
        return SIMD2(side * stream.uniform(6, 54), stream.uniform(-98, 48))
    }

    private static func mole(_ stream: inout SeededRandom) -> SkinMark {
        let radius = stream.uniform(1.1, 2.9)
        let depth = stream.uniform(0.12, 0.5)
        return SkinMark(
            position: randomPosition(&stream),
            radii: SIMD2(radius, radius * stream.uniform(0.75, 1)),
            direction: SIMD2(1, 0), tint: SIMD3(depth * 1.3, depth, depth * 0.9))
    }

    private static func scar(_ stream: inout SeededRandom) -> SkinMark {
        let angle = stream.uniform(0, PortableMath.pi)
        let light = stream.uniform(0.75, 1.35)
        return SkinMark(
            position: randomPosition(&stream),
            radii: SIMD2(stream.uniform(6, 14), stream.uniform(0.9, 1.6)),
            direction: SIMD2(PortableMath.cosine(angle), PortableMath.sine(angle)),
            tint: SIMD3(light * 1.1, light * 0.85, light * 0.85))
    }

    private static func birthmark(_ stream: inout SeededRandom) -> SkinMark {
        let radius = stream.uniform(6, 13)
        return SkinMark(
            position: randomPosition(&stream),
            radii: SIMD2(radius, radius * stream.uniform(0.5, 0.9)),
            direction: SIMD2(1, 0), tint: SIMD3(0.82, 0.5, 0.5))
    }
}
