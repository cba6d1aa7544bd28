import CommandKit
import FaceData
import FaceDetection
import FaceStudy
import Foundation
import Torch

/// Whether a set's faces are aligned, as far as a detector that is installed can tell.
enum AlignmentDoubt {
    /// What a study asks of its sets: a sentence about one that is not aligned. A damaged detector says nothing.
    static func of(_ interrupt: Interrupt) -> (any ImageSource, String) throws -> String? {
        // Read when the first set asks, which a study of built-in sets does not.
        lazy var detector = DetectorFiles.hasMTCNN ? try? MTCNN() : nil
        return { source, path in
            guard let detector else { return nil }
            let check = try AlignmentCheck(
                source, detector, threads: AvailableThreads.count
            ) { _ in
                if interrupt.isRequested { throw FaceStudyError.interrupted }
            }
            return check.diagnostic(of: path)?.message
        }
    }
}
