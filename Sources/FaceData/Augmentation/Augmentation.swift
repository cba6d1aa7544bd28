import SeededRandom

/// A list of random changes to training images, applied one after another, each with its own probability.
///
/// Each is written as a name with parameters, as in `crop:p=0.2,min=0.5`; the name of a preset is short for a
/// list:
///
/// | preset | changes |
/// |---|---|
/// | `adaface` | `crop:p=0.2`, `lowres:p=0.2`, `colour:p=0.2`, as AdaFace (CVPR 2022) was trained; its code draws one of five interpolations, this one area averaging (bilinear when enlarging) or the nearest pixel |
/// | `insightface` | `lowres:p=0.1,min=0.5,max=0.8`, `blur:p=0.2`, `hsv:p=0.2`, `grey:p=0.1`, as in arcface_torch's `dali_aug` |
/// | `randaugment` | `rand` twice: RandAugment (Cubuk et al. 2020) with torchvision's two operations of magnitude 9 of 30 |
public struct Augmentation: Sendable, Hashable {
    /// The change that a step makes to an image.
    public enum Kind: String, Sendable, CaseIterable {
        /// Gaussian blur with a standard deviation of `min` to `max` pixels.
        case blur
        /// Brightness, contrast and saturation by factors within 1 ± `max`, in random order.
        case colour
        /// All but a rectangle of `min` to `max` of the area becomes black.
        case crop
        /// A rectangle of `min` to `max` of the area is filled with a random colour (Zhong et al.,
        /// AAAI 2020).
        case erase
        /// Luminance in all channels.
        case grey
        /// Hue rotated by `min` to `max` degrees, saturation multiplied by 1 to 1.2.
        case hsv
        /// JPEG compression with a quality of `min` to `max`.
        case jpeg
        /// Scaled to `min` to `max` of the side, and back.
        case lowres
        /// One of RandAugment's 14 operations with equal probability, with a magnitude of `min` to `max`
        /// of 30: identity, brightness, colour, contrast, sharpness, posterize, solarize, autocontrast,
        /// equalize, rotation, and shear and translation in either direction.
        case rand

        /// The default probability, and the default bounds of the random parameter.
        var standard: (probability: Double, bounds: ClosedRange<Double>) {
            switch self {
            case .blur: (0.2, 0.8...1.1)
            case .colour: (0.2, 0...0.5)
            case .crop: (0.2, 0.2...1)
            case .erase: (0.2, 0.02...0.2)
            case .grey: (0.1, 0...0)
            case .hsv: (0.2, 0...20)
            case .jpeg: (0.2, 30...95)
            case .lowres: (0.2, 0.2...1)
            case .rand: (1, 9...9)
            }
        }

        /// The allowed range of the bounds.
        var allowed: ClosedRange<Double> {
            switch self {
            case .blur: 0.1...10
            case .colour: 0...1
            case .crop, .lowres: 0.05...1
            case .erase: 0...0.9
            case .grey: 0...0
            case .hsv: -180...180
            case .jpeg: 1...100
            case .rand: 0...RandAugmentOperation.magnitudes
            }
        }
    }

    /// A change with its parameters.
    public struct Step: Sendable, Hashable {
        /// The change that the step makes.
        public var kind: Kind
        /// Probability that an image is changed; 0...1.
        public var probability: Double
        /// Bounds of the random parameter.
        public var bounds: ClosedRange<Double>
    }

    /// The changes in the order in which they are applied.
    public let steps: [Step]

    /// Whether nothing is changed.
    public var isEmpty: Bool { steps.isEmpty }

    /// Lists of changes by the names of the presets.
    public static let presets = [
        "adaface": ["crop", "lowres", "colour"],
        "insightface": ["lowres:p=0.1,min=0.5,max=0.8", "blur", "hsv", "grey"],
        "randaugment": ["rand", "rand"],
    ]

    /// Names of presets and changes.
    public static var names: [String] { presets.keys.sorted() + Kind.allCases.map(\.rawValue) }

    /// Reads a list.
    ///
    /// - Throws: ``FaceDataError/augmentation(text:reason:)`` for an invalid entry.
    public init(parsing list: [String]) throws(FaceDataError) {
        var steps: [Step] = []
        for text in list {
            for entry in Self.presets[text] ?? [text] { steps.append(try Self.step(entry)) }
        }
        self.steps = steps
    }

    private static func step(_ text: String) throws(FaceDataError) -> Step {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let kind = parts.first.flatMap(Kind.init) else {
            throw .augmentation(
                text: text, reason: "there are \(names.joined(separator: ", "))")
        }
        var (probability, bounds) = kind.standard
        var (low, high) = (bounds.lowerBound, bounds.upperBound)
        for parameter in parts.dropFirst().flatMap({ $0.split(separator: ",") }) {
            let sides = parameter.split(separator: "=").map(String.init)
            guard sides.count == 2, let value = Double(sides[1]), value.isFinite else {
                throw .augmentation(
                    text: text, reason: "parameters are p, min and max, as in crop:p=0.2,min=0.5")
            }
            switch sides[0] {
            case "p" where (0...1).contains(value): probability = value
            case "min" where kind.allowed.contains(value): low = value
            case "max" where kind.allowed.contains(value): high = value
            default:
                throw .augmentation(
                    text: text,
                    reason: "p is from 0 to 1, min and max are from "
                        + "\(kind.allowed.lowerBound) to \(kind.allowed.upperBound)")
            }
        }
        guard low <= high else {
            throw .augmentation(text: text, reason: "min must not be above max")
        }
        bounds = low...high
        return Step(kind: kind, probability: probability, bounds: bounds)
    }
}

/// Decides which changes an image gets: a function of only the seed, the epoch, the step and the position in
/// it, independent of the decoding thread and of where the run was resumed.
public struct AugmentationRule: Sendable, Hashable {
    private let augmentation: Augmentation
    private let seed: UInt64
    /// Name of the step's random numbers.
    private let name: String

    /// Creates the rule of a step.
    public init(_ augmentation: Augmentation, seed: UInt64, epoch: Int, step: Int) {
        self.augmentation = augmentation
        self.seed = seed
        name = "augment \(epoch) \(step)"
    }

    /// The image at a position of the step, changed.
    ///
    /// - Parameter image: A square, as networks take it.
    public func image(_ image: RGBImage, at position: Int) -> RGBImage {
        precondition(image.width == image.height, "not a square")
        var changed = image
        changed.change { apply(to: $0, at: position, ImageChange.Memory()) }
        return changed
    }

    /// Changes the image at a position of the step.
    func apply(to image: MutablePixels, at position: Int, _ memory: ImageChange.Memory) {
        var stream = SeededRandom(seed: seed, name, UInt64(position))
        for change in augmentation.steps {
            // Drawn for every change, so that the probability of one does not affect the draws of
            // another.
            var own = SeededRandom(seed: stream.next(), change.kind.rawValue)
            guard own.unit() < change.probability else { continue }
            ImageChange.apply(change, to: image, &own, memory)
        }
    }
}

extension SeededRandom {
    /// A uniformly distributed number between bounds.
    mutating func number(in bounds: ClosedRange<Double>) -> Double {
        bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) * unit()
    }
}
