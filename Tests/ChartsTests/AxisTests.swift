import Charts
import Foundation
import Testing

@Suite struct AxisTests {
    /// Ranges of many sizes and places.
    static let ranges: [ClosedRange<Double>] = {
        var random = SampleRandom("axis")
        return (0..<300).map { _ in
            let low = (random.uniform() - 0.5) * pow(10, Double(Int(random.uniform() * 8) - 3))
            return low...(low + pow(10, random.uniform() * 9 - 4))
        }
    }()

    @Test func hasNiceTicksAtEqualDistances() throws {
        for range in Self.ranges {
            let axis = Axis.linear("t", covering: [range.lowerBound, range.upperBound])
            let ticks = axis.ticks.map(\.value)
            #expect((2...7).contains(ticks.count), "\(range): \(ticks)")
            #expect(axis.domain.lowerBound <= range.lowerBound + 1e-7 * abs(range.lowerBound))
            #expect(axis.domain.upperBound >= range.upperBound - 1e-7 * abs(range.upperBound))
            let step = ticks[1] - ticks[0]
            let mantissa = step / pow(10, log10(step * 1.0000001).rounded(.down))
            #expect([1, 2, 5].contains { abs($0 - mantissa) < 1e-6 }, "\(range): \(step)")
            for (a, b) in zip(ticks, ticks.dropFirst()) {
                #expect(abs(b - a - step) < 1e-6 * step)
            }
        }
    }

    @Test func labelsSayTheirValues() throws {
        for range in Self.ranges {
            let axis = Axis.linear("t", covering: [range.lowerBound, range.upperBound])
            #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
            for tick in axis.ticks {
                let plain = tick.label.replacingOccurrences(of: ",", with: "")
                    .replacingOccurrences(of: "−", with: "-")
                let value = try #require(Double(plain), "\(tick.label)")
                #expect(abs(value - tick.value) <= 1e-9 * max(1, abs(value)))
            }
        }
    }

    @Test(arguments: [
        ([91.2, 98.3], 0.0...100, 90.0...100, ["90", "92", "94", "96", "98", "100"]),
        (
            [99.61, 99.83], 0...100, 99.6...99.85,
            ["99.60", "99.65", "99.70", "99.75", "99.80", "99.85"]
        ),
        ([100, 100], 0...100, 95...100, ["95", "96", "97", "98", "99", "100"]),
        ([], 0...100, 0...1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([.nan, 3, 3], -10...10, 2.8...3.2, ["2.8", "2.9", "3.0", "3.1", "3.2"]),
    ])
    func endsAtTicks(
        values: [Double], limits: ClosedRange<Double>, domain: ClosedRange<Double>,
        labels: [String]
    ) {
        let axis = Axis.linear("t", covering: values, limits: limits)
        #expect(abs(axis.domain.lowerBound - domain.lowerBound) < 1e-9, "\(axis.domain)")
        #expect(abs(axis.domain.upperBound - domain.upperBound) < 1e-9, "\(axis.domain)")
        #expect(axis.ticks.map(\.label) == labels)
    }

    @Test func includesZeroWhereAsked() {
        let axis = Axis.linear("t", covering: [41, 402], includesZero: true)
        #expect(axis.domain == 0...500)
        #expect(axis.fraction(0) == 0)
        #expect(axis.fraction(500) == 1)
        #expect(axis.fraction(250) == 0.5)
        #expect(axis.fraction(-5) == 0)
    }

    @Test(arguments: [1, 2, 3, 12, 20, 37, 400]) func countsInWholeNumbers(high: Int) {
        let axis = Axis.counting("epoch", from: 0, to: high)
        #expect(axis.domain == 0...Double(max(1, high)))
        #expect(axis.ticks.allSatisfy { $0.value == $0.value.rounded() })
        #expect(axis.ticks.count <= 8)
    }

    @Test func goesDownToTheSmallestShare() {
        let axis = Axis.shares("far", from: 1.0 / 3000)
        #expect(axis.ticks.map(\.label) == ["10⁻⁴", "10⁻³", "10⁻²", "0.1", "1"])
        #expect(axis.fraction(1) == 1)
        #expect(abs(axis.fraction(1e-2) - 0.5) < 1e-12)
        #expect(axis.fraction(0) == 0)
    }
}
