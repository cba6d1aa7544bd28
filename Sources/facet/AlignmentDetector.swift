import CommandKit
import FaceData
import FaceDetection
import FaceStudy
import Foundation
import Torch

/// Whether a set's faces are aligned, as far as an installed detector can determine.
enum AlignmentDetector {
    /// The check that a study runs on its sets. A damaged detector gives no result.
    static func doubt(_ interrupt: Interrupt) -> () -> AlignmentDoubt? {
        // Read when the first set asks, which a study of built-in sets does not.
        lazy var detector = DetectorFiles.hasMTCNN ? try? MTCNN() : nil
        return {
            guard let detector else { return nil }
            // Raised when the check finds something else with the same detector.
            return AlignmentDoubt(identity: "1 \(detector.identity)") { source, path in
                let check = try AlignmentCheck(
                    source, detector, threads: AvailableThreads.count
                ) { _ in
                    if interrupt.isRequested { throw FaceStudyError.interrupted }
                }
                return check.diagnostic(of: path)?.message
            }
        }
    }
}
