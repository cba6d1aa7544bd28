import CommandKit
import FaceData
import FaceDetection
import FaceStudy
import Foundation
import Torch

/// Checks whether a set's faces are aligned, with the installed detector.
enum AlignmentDetector {
    /// The check that a study runs on its sets; without an intact detector there is none.
    static func doubt(_ interrupt: Interrupt) -> () -> AlignmentDoubt? {
        // Loaded for the first set that needs it; studies of built-in sets never do.
        lazy var detector = DetectorFiles.hasMTCNN ? try? MTCNN() : nil
        return {
            guard let detector else { return nil }
            // Incremented when a new version's check gives different results with the same detector.
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
