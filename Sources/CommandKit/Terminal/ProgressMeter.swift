import Foundation
import SafeNumbers
import Spelling

/// The progress of a task, independent of how it is shown.
package struct ProgressMeter: Sendable {
    /// The name of the task.
    let label: String
    /// Total number of steps; nil if unknown.
    package var total: Int?
    /// Name of the steps, in the plural.
    let unit: String
    /// When the task began.
    let start: Duration
    private(set) var completed: Int
    /// The state of the task in parts of a few words, the most important first.
    package var details: [String] = []

    /// Steps that were done before the task began here.
    private let before: Int
    private var lastUpdate: Duration
    private var lastCompleted: Int
    private var averageRate = 0.0
    private var weight = 0.0

    package init(
        label: String, total: Int?, completed: Int = 0, unit: String, start: Duration
    ) {
        self.label = label
        self.total = total
        self.completed = completed
        before = completed
        lastCompleted = completed
        self.unit = unit
        self.start = start
        lastUpdate = start
    }

    /// Records the progress of the task.
    package mutating func update(completed: Int, at now: Duration) {
        self.completed = completed
        let elapsed = (now - lastUpdate).seconds
        guard elapsed >= Self.minSample else { return }
        // An exponential moving average; the weight corrects its bias towards zero at the beginning.
        let fade = exp(-elapsed / Self.memory)
        let sample = Double(completed - lastCompleted) / elapsed
        averageRate = fade * averageRate + (1 - fade) * sample
        weight = fade * weight + (1 - fade)
        (lastUpdate, lastCompleted) = (now, completed)
    }

    /// Recent steps per second; nil before there is a sample.
    package var rate: Double? { weight > 0 && averageRate > 0 ? averageRate / weight : nil }

    /// Fraction of the steps done; 0...1, nil if the total is not known.
    package var fraction: Double? {
        total.flatMap { $0 > 0 ? min(max(Double(completed) / Double($0), 0), 1) : nil }
    }

    /// Seconds left at the recent rate; nil if that is unknown.
    package var remaining: Double? {
        guard let total, let rate, completed < total else { return nil }
        return Double(total - completed) / rate
    }

    /// Seconds after which a sample's weight has decayed to 1/e.
    private static let memory = 15.0
    /// Seconds below which a rate is mostly noise.
    private static let minSample = 0.1
}

// Text.
extension ProgressMeter {
    /// Everything in one line, e.g. `epoch 3: 50/200 images (25 %), 120/s, 0:01 left, loss 2.1`.
    package var plainLine: String {
        let percent = fraction.map { " (\(Self.percent($0)))" } ?? ""
        let facts = [count + percent] + tail
        return "\(label): \(facts.joined(separator: ", "))"
    }

    /// The same for a terminal: the most important parts that fit as a whole, and a bar if there is room
    /// for it.
    package func line(width: Int) -> String {
        let parts = parts
        var shown = Set<Int>()
        var used = label.displayWidth
        for index in parts.indices.sorted(by: { parts[$0].rank < parts[$1].rank }) {
            let needed = parts[index].text.displayWidth + 2
            // The first is always shown, clipped if necessary.
            guard used + needed <= width || shown.isEmpty else { continue }
            shown.insert(index)
            used += needed
        }
        let room = width - used - 2
        let bar = fraction.flatMap { room >= 12 ? Self.bar($0, width: min(room, 30)) : nil }
        let texts = parts.indices.filter(shown.contains).map { parts[$0].text }
        return ([label, bar].compactMap(\.self) + texts).joined(separator: "  ")
            .clipped(to: width)
    }

    /// The parts of the line from left to right, each with a rank: lower is more important.
    private var parts: [(text: String, rank: Int)] {
        let work = details.isEmpty ? 1 : 100
        var parts = fraction.map { [(Self.percent($0), 0)] } ?? []
        parts += details.enumerated().map { ($1, $0 == 0 ? 1 : 2 + $0) }
        let speed = rate.map { "  \(Self.format(rate: $0))/s" } ?? ""
        // A rate is meaningless without its unit.
        parts.append((count + speed, work))
        parts += remaining.map { [("\(Self.format(seconds: $0)) left", 2)] } ?? []
        return parts
    }

    /// The message when the task has finished.
    package func summary(at now: Duration) -> String {
        let elapsed = (now - start).seconds
        let done = completed - before
        let rate = elapsed > 0 ? "\(Self.format(rate: Double(done) / elapsed))/s" : nil
        let time = Self.format(seconds: elapsed)
        let facts = ["\(Self.format(done)) \(unit) in \(time)", rate]
        return "\(label): " + (facts.compactMap(\.self) + details).joined(separator: ", ")
    }

    private var count: String {
        let counted = total.map { "\(Self.format(completed))/\(Self.format($0))" }
        return [counted ?? Self.format(completed), unit].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private var tail: [String] {
        let parts = [
            rate.map { "\(Self.format(rate: $0))/s" },
            remaining.map { "\(Self.format(seconds: $0)) left" },
        ]
        return parts.compactMap(\.self) + details
    }

    private static func percent(_ fraction: Double) -> String {
        "\(Int(saturating: fraction * 100)) %"
    }

    private static func bar(_ fraction: Double, width: Int) -> String {
        let filled = Int(saturating: fraction * Double(width - 2))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: ".", count: width - 2 - filled) + "]"
    }

    /// A number with commas between thousands.
    package static func format(_ number: Int) -> String { grouped(number) }

    /// Three significant digits for small rates, whole numbers for others.
    package static func format(rate: Double) -> String {
        guard rate < 100 else { return format(Int(saturating: min(rate.rounded(), 1e15))) }
        return String(format: rate < 10 ? "%.2f" : "%.1f", rate)
    }

    /// `0:07`, `1:02:03` or `3 d 04:00`.
    package static func format(seconds: Double) -> String {
        let whole = Int(saturating: min(max(seconds, 0), 1e12).rounded())
        let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return String(format: "%d d %02d:%02d", days, hours, minutes) }
        if hours > 0 { return String(format: "%d:%02d:%02d", hours, minutes, whole % 60) }
        return String(format: "%d:%02d", minutes, whole % 60)
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
