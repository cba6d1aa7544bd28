public import FaceConfiguration
import Foundation
import SafeNumbers

/// How the learning rate decays from its peak, after a linear warm-up.
public struct LearningRateSchedule: Codable, Sendable, Hashable {
    /// The shape of the decay after the warm-up.
    public enum Shape: String, Codable, Sendable, CaseIterable {
        /// Half a cosine from the peak to 0.
        case cosine
        /// Constant at the peak.
        case constant
        /// Up along a cosine from 1/25 of the peak during the warm-up, and down to 1/10,000 of that (Smith
        /// and Topin 2018; PyTorch's OneCycleLR).
        case oneCycle
        /// The peak times (1 - p)^power.
        case polynomial
        /// Cosine annealing, restarted to ``cycles`` cycles (Loshchilov and Hutter, ICLR 2017).
        case restarts
        /// Multiplied by ``factor`` at each milestone.
        case step
    }

    /// The shape of the decay after the warm-up.
    public var shape: Shape
    /// Highest learning rate; above 0.
    public var peak: Double
    /// Fraction of the run in which the rate rises linearly to the peak; 0 ..< 1.
    public var warmup: Double
    /// Exponent of `polynomial`; above 0. arcface_torch's published logs used 2, its code uses 1.
    public var power: Double
    /// Fractions of the run at which `step` multiplies the rate, ascending; 0 ... 1.
    public var milestones: [Double]
    /// Factor of `step` at each milestone; 0 ... 1.
    public var factor: Double
    /// Number of epochs to which warm-up, milestones, decay and the fractions in a loss's own schedules
    /// refer; 0 for the epochs of the run. A run that is extended by more epochs keeps the number it
    /// started with.
    public var epochs: Int
    /// Number of cycles of `restarts`; at least 1.
    public var cycles: Int

    /// Creates a schedule.
    ///
    /// The default warm-up of a tenth is longer than the first of 12 epochs: on 500 people and at a rate of
    /// 0.1, half of it made a softmax loss rise above ln(classes) for two epochs.
    public init(
        shape: Shape = .cosine, peak: Double = 0.1, warmup: Double = 0.1, power: Double = 2,
        milestones: [Double] = [0.4, 0.7, 0.9], factor: Double = 0.1,
        cycles: Int = 3, epochs: Int = 0
    ) {
        self.shape = shape
        self.peak = peak
        self.warmup = warmup
        self.power = power
        self.milestones = milestones
        self.factor = factor
        self.cycles = cycles
        self.epochs = epochs
    }

    /// Whether the rate is defined beyond the epochs that the schedule refers to.
    public var isOpen: Bool {
        switch shape {
        case .constant, .step: true
        case .cosine, .oneCycle, .polynomial, .restarts: false
        }
    }

    /// Learning rate of a step.
    ///
    /// The rate of the first of `w` warm-up steps is `peak / w`, that of the last one is the peak.
    ///
    /// - Parameters:
    ///   - step: The step, from 0.
    ///   - steps: Steps of the epochs that the schedule refers to.
    public func rate(step: Int, of steps: Int) -> Double {
        if shape == .oneCycle { return oneCycle(step: step, of: steps) }
        let warm = Int(saturating: (warmup * Double(steps)).rounded())
        if step < warm { return peak * Double(step + 1) / Double(warm) }
        let progress = Double(step - warm) / Double(max(1, steps - warm))
        switch shape {
        case .constant, .oneCycle: return peak
        case .restarts:
            let place = (progress * Double(cycles)).truncatingRemainder(dividingBy: 1)
            return peak * 0.5 * (1 + cos(.pi * place))
        case .cosine: return peak * 0.5 * (1 + cos(.pi * progress))
        case .polynomial: return peak * pow(1 - progress, power)
        case .step:
            let fraction = Double(step) / Double(steps)
            return milestones.reduce(peak) { fraction >= $1 ? $0 * factor : $0 }
        }
    }

    private func oneCycle(step: Int, of steps: Int) -> Double {
        func between(_ start: Double, _ end: Double, _ fraction: Double) -> Double {
            end + (start - end) / 2 * (1 + cos(.pi * fraction))
        }
        let (top, last) = (warmup * Double(steps) - 1, Double(steps - 1))
        let first = peak / 25
        if Double(step) <= top { return between(first, peak, Double(step) / max(top, 1e-9)) }
        let start = max(top, 0)
        return between(peak, first / 1e4, min(1, (Double(step) - start) / max(last - start, 1e-9)))
    }

    /// The keys of a schedule.
    public static let keys = ConfigurationKeys(
        LearningRateSchedule(),
        [
            .word("shape", \.shape, "learning-rate schedule after the warm-up"),
            // A larger rate would overflow the float32 in which weights are updated.
            .number(
                "peak", \.peak, in: .above(0, upTo: 1e30), flag: .init("--learning-rate", "X"),
                "highest learning rate"),
            .number(
                "warmup", \.warmup, in: .range(0..<1),
                "fraction of the run in which the rate rises linearly to the peak"),
            .number("power", \.power, in: .above(0), "exponent of `polynomial`"),
            .numbers(
                "milestones", \.milestones, in: .range(0...1),
                "fractions of the run at which `step` multiplies the rate, ascending"),
            .number(
                "factor", \.factor, in: .range(0...1), "factor that `step` multiplies the rate by"),
            .whole(
                "epochs", \.epochs, in: 0...100_000,
                "epochs that the fractions of a run refer to; 0 for those of the run"),
            .whole(
                "cycles", \.cycles, in: 1...10_000, "cosines of `restarts`, each from the peak"),
        ])
}
