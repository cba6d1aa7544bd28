import Charts
import Foundation
import Testing

@Suite struct PaletteTests {
    @Test(arguments: [Palette.light, Palette.dark]) func isReadable(scheme: Palette.Scheme) throws {
        // Series are named in their colours, so that these are letters as well.
        for color in scheme.series + [scheme.ink, scheme.muted, scheme.link] {
            #expect(try contrast(color, scheme.background) >= 4.5, "\(color)")
        }
        #expect(try contrast(scheme.muted, scheme.grid) >= 4.5)
        #expect(try contrast(scheme.ink, scheme.panel) >= 4.5)
        #expect(try contrast(scheme.rule, scheme.background) >= 3)
    }

    /// The paper's five losses stay apart for readers without red or without green cones, and so
    /// do the others unless the dash tells them.
    @Test(arguments: [Palette.light, Palette.dark])
    func staysApartForColourBlindReaders(scheme: Palette.Scheme) throws {
        for matrix in [Self.protanopia, Self.deuteranopia] {
            let colors = try scheme.series.prefix(5).map { try simulated(linear($0), matrix) }
            for i in colors.indices {
                for j in colors.indices where i < j {
                    let pair = "\(scheme.series[i]) \(scheme.series[j])"
                    #expect(distance(colors[i], colors[j]) >= 0.045, "\(pair)")
                }
            }
        }
    }

    @Test func hasOneSchemeShape() {
        #expect(Palette.light.series.count == Palette.dark.series.count)
        let styles = (0..<40).map(SeriesStyle.init(slot:))
        let looks = styles.map { "\($0.colorClass) \($0.dashes ?? "-") \($0.marker)" }
        #expect(Set(looks).count == looks.count)
    }

    /// Viénot, Brettel and Mollon (1999), on linear RGB.
    private static let protanopia = [
        [0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1],
    ]
    private static let deuteranopia = [
        [0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1],
    ]

    private func linear(_ color: String) throws -> [Double] {
        let value = try #require(Int(color.dropFirst(), radix: 16))
        return [16, 8, 0].map { shift in
            let channel = Double(value >> shift & 255) / 255
            return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
        }
    }

    private func simulated(_ color: [Double], _ matrix: [[Double]]) -> [Double] {
        matrix.map { row in zip(row, color).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    private func contrast(_ a: String, _ b: String) throws -> Double {
        let luminances = try [a, b].map { color in
            zip([0.2126, 0.7152, 0.0722], try linear(color)).reduce(0) { $0 + $1.0 * $1.1 }
        }.sorted()
        return (luminances[1] + 0.05) / (luminances[0] + 0.05)
    }

    /// Distance in Oklab (Ottosson, 2020).
    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        let squares = zip(oklab(a), oklab(b)).map { ($0 - $1) * ($0 - $1) }
        return squares.reduce(0, +).squareRoot()
    }

    private func oklab(_ c: [Double]) -> [Double] {
        let l = cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2])
        let m = cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2])
        let s = cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2])
        return [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ]
    }
}
