import Foundation

/// The lines of `metrics.jsonl`, where only a newline makes a line.
struct MetricLines {
    /// The complete lines, without their newlines.
    let complete: [Data.SubSequence]
    /// Bytes up to and including each complete line.
    private let ends: [Int]

    init(_ data: Data) {
        var lines: [Data.SubSequence] = []
        var ends: [Int] = []
        var start = data.startIndex
        while let newline = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(data[start..<newline])
            start = data.index(after: newline)
            ends.append(start - data.startIndex)
        }
        complete = lines
        self.ends = ends
    }

    /// Bytes of the first `count` lines, or `nil` if there are fewer.
    func size(ofFirst count: Int) -> Int? {
        guard count > 0 else { return 0 }
        return count <= ends.count ? ends[count - 1] : nil
    }
}
