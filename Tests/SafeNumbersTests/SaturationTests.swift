import SafeNumbers
import Testing

@Suite("Numbers that may be anything become whole numbers")
struct SaturationTests {
    @Test(
        "What lies beyond the range stands at its end",
        arguments: [
            (0.0, 0), (-0.0, 0), (1.9, 1), (-1.9, -1), (9.2e18, 9_200_000_000_000_000_000),
            (9_223_372_036_854_775_808, Int.max), (1e300, .max), (.infinity, .max),
            (-9_223_372_036_854_775_808, .min), (-1e300, .min), (-.infinity, .min), (.nan, 0),
            (-.nan, 0), (.leastNonzeroMagnitude, 0),
        ] as [(Double, Int)])
    func doubles(value: Double, whole: Int) {
        #expect(Int(saturating: value) == whole)
    }

    @Test("Small and unsigned types have ends of their own")
    func otherTypes() {
        #expect(UInt8(saturating: 255.9) == 255)
        #expect(UInt8(saturating: Float(256)) == 255)
        #expect(UInt8(saturating: Float(-1)) == 0)
        #expect(Int32(saturating: Float(3e9)) == .max)
        #expect(UInt64(saturating: 18_446_744_073_709_551_616.0) == .max)
        #expect(UInt64(saturating: -0.5) == 0)
    }

    @Test("A range has its ends in order, or there is none")
    func ranges() {
        #expect(ClosedRange(checked: 1, 2) == 1...2)
        #expect(ClosedRange(checked: 1, 1) == 1...1)
        #expect(ClosedRange(checked: 2, 1) == nil)
        #expect(ClosedRange(checked: .nan, 1) == nil)
        #expect(ClosedRange(checked: 0, .nan) == nil)
    }
}
