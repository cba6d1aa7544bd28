/// Texts in contiguous memory, for the names of millions of images.
struct TextTable: Sendable, Hashable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// Number of texts.
    var count: Int { ends.count }

    /// A text by its index.
    subscript(index: Int) -> String {
        String(decoding: bytes[start(of: index)..<ends[index]], as: UTF8.self)
    }

    mutating func append(_ text: String) {
        bytes += text.utf8
        ends.append(bytes.count)
    }

    /// Adds all texts of another table.
    mutating func append(contentsOf other: TextTable) {
        let start = bytes.count
        bytes += other.bytes
        ends += other.ends.map { start + $0 }
    }

    private func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }
}
