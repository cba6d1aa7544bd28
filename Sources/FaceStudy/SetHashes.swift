import FaceData
import SafeFiles

// Hashes of a set besides those of its images, independent of the paths of its files.

extension LabelledImageSet {
    /// SHA-256 over the labels, in hexadecimal.
    var labelHash: String {
        var hash = SHA256()
        var bytes: [UInt8] = []
        for label in labels {
            Self.append(label, to: &bytes)
            if bytes.count >= 1 << 16 {
                hash.update(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        hash.update(bytes)
        return hash.hexDigest()
    }

    private static func append(_ label: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: label >> shift))
        }
    }
}

extension VerificationPairs {
    /// SHA-256 over the pairs by the indices of their images, and their folds, in hexadecimal.
    var contentHash: String {
        var hash = SHA256()
        for pair in pairs {
            hash.update(
                Array("\(pair.first) \(pair.second) \(pair.same ? 1 : 0) \(pair.fold)\n".utf8))
        }
        return hash.hexDigest()
    }
}
