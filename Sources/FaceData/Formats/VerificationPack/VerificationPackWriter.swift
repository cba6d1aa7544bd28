public import Foundation
import SafeFiles
import Spelling

/// Writes a verification pack that insightface's readers load: a pickle of protocol 3 with the
/// images as `bytes` in one list and the labels as `bool` in another.
public final class VerificationPackWriter {
    private let file: FileWriter
    private let pairs: Int
    private var images = 0
    /// Elements are appended to a list in batches of this size, as by Python, which bounds its
    /// reader's stack.
    private static let run = 1000

    /// Creates a pack.
    ///
    /// - Parameter pairs: Number of pairs; at least 1.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public init(_ url: URL, pairs: Int) throws(FaceDataError) {
        file = try FaceDataError.storing { () throws(SafeFilesError) in
            let file = try FileWriter(url)
            // PROTO 3, EMPTY_LIST, MARK.
            try file.write([0x80, 3, 0x5d, 0x28])
            return file
        }
        PartialFile.removeStale(in: url.deletingLastPathComponent())
        self.pairs = pairs
    }

    /// Adds the next image; the two of a pair are added in succession.
    public func append(_ image: UnsafeRawBufferPointer) throws(FaceDataError) {
        guard images < 2 * pairs, let count = UInt32(exactly: image.count) else {
            throw .cannotWrite(
                path: file.url.path,
                reason: "one image too many, or an image of \(image.count) bytes")
        }
        try FaceDataError.storing { () throws(SafeFilesError) in
            if images > 0, images % Self.run == 0 { try file.write([0x65, 0x28]) }
            // BINBYTES
            try file.write([0x42] + withUnsafeBytes(of: count.littleEndian) { Array($0) })
            try file.write(image)
        }
        images += 1
    }

    /// Adds the labels and gives the file its final name.
    ///
    /// - Parameter same: For each pair whether both images show one person.
    public func finish(same: [Bool]) throws(FaceDataError) {
        guard images == 2 * pairs, same.count == pairs else {
            throw .cannotWrite(
                path: file.url.path,
                reason:
                    "\(counted(images, "image")) and \(counted(same.count, "label")) do not make "
                    + counted(pairs, "pair"))
        }
        try FaceDataError.storing { () throws(SafeFilesError) in
            // APPENDS, EMPTY_LIST, MARK, the labels, APPENDS, TUPLE2, STOP.
            try file.write([0x65, 0x5d, 0x28])
            for (index, isSame) in same.enumerated() {
                if index > 0, index % Self.run == 0 { try file.write([0x65, 0x28]) }
                try file.write([isSame ? 0x88 : 0x89])
            }
            try file.write([0x65, 0x86, 0x2e])
            try file.finish()
        }
    }
}
