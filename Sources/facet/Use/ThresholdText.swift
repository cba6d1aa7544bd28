import FaceEvaluation
import Foundation
import Spelling

/// Text on thresholds for a terminal.
enum ThresholdText {
    /// The message about where thresholds were saved.
    static func saved(_ calibration: ScoreCalibration, in url: URL) -> String {
        let lines = calibration.thresholds.map { threshold in
            "  FAR \(OperatingPoint.text(ofRate: threshold.far)): cosine above \(cosine(threshold.cosine))"
                + " (\(range(threshold.interval)))"
                + (threshold.tar.map { String(format: ", TAR %.2f %%", $0 * 100) } ?? "")
        }
        return
            (["thresholds of \(source(calibration)) kept in \(quoted: url.path):"] + lines).joined(
                separator: "\n")
    }

    /// `'lfw', 3,000 pairs of different people`.
    static func source(_ calibration: ScoreCalibration) -> String {
        "\(quoted: calibration.set), \(counted(calibration.impostorPairs, "pair")) of different people"
    }

    static func cosine(_ value: Double) -> String { String(format: "%.3f", value) }

    /// An interval of a threshold, which the pairs may not bound.
    static func range(_ interval: [Double]) -> String {
        let (lower, upper) = (interval[0], interval[1])
        if upper >= 1 { return lower <= -1 ? "not bounded" : "at least \(cosine(lower))" }
        return lower <= -1 ? "at most \(cosine(upper))" : "\(cosine(lower)) to \(cosine(upper))"
    }

    /// A fraction in percent, with as many digits as necessary.
    static func percent(_ share: Double) -> String {
        guard share > 0 else { return "0 %" }
        return share >= 0.001
            ? String(format: "%.2f %%", share * 100) : String(format: "%.2g %%", share * 100)
    }
}
