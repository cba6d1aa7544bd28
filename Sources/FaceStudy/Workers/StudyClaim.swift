import FaceRuns
import Foundation
import SafeFiles

/// A command's exclusive claim on a study's folder.
final class StudyClaim {
    private let lock: FolderLock
    private let claim: ExclusiveClaim

    fileprivate init(_ lock: FolderLock, _ claim: ExclusiveClaim) {
        self.lock = lock
        self.claim = claim
    }

    func release() {
        claim.release()
        lock.release()
    }
}

extension StudyFolder {
    /// Creates the folder and keeps all other processes out of it.
    func claim() throws(FaceStudyError) -> StudyClaim {
        let lock = try lock(isShared: false)
        let claim = try FaceStudyError.claiming { () throws(FaceRunsError) in
            try ExclusiveClaim(self) { Thread.sleep(forTimeInterval: $0 / .seconds(1)) }
        }
        if let obstacle = claim.obstacle {
            throw .busy(path: url.path, holder: obstacle.description)
        }
        PartialFile.removeStale(in: reportURL)
        return StudyClaim(lock, claim)
    }

    /// Creates the folder and keeps processes out of it that need exclusive access.
    func share() throws(FaceStudyError) -> FolderLock { try lock(isShared: true) }

    private func lock(isShared: Bool) throws(FaceStudyError) -> FolderLock {
        do {
            try requirePlain()
        } catch {
            throw .unsafeFolder(reason: error.description)
        }
        do {
            return try FolderLock(url, isShared: isShared)
        } catch {
            switch error {
            case .busy(let path, let holder):
                throw .busy(path: path, holder: holder?.description ?? "an unknown process")
            case .noSpace(let path): throw .noSpace(path: path)
            case .notPlain: throw .unsafeFolder(reason: error.description)
            case .unreadable(let path, let reason), .unwritable(let path, let reason):
                throw .cannotWrite(path: path, reason: reason)
            }
        }
    }
}

extension FaceStudyError {
    /// Converts an error of taking a lease to one that stops the whole study.
    static func claiming<Result>(
        _ body: () throws(FaceRunsError) -> Result
    ) throws(FaceStudyError) -> Result {
        do {
            return try body()
        } catch {
            throw FaceStudyError(stopping: error)
                ?? .cannotWrite(path: "", reason: error.description)
        }
    }
}
