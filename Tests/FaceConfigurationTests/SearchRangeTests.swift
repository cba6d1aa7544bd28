import FaceConfiguration
import Foundation
import Testing

@Suite("Ranges that are searched")
struct SearchRangeTests {
    @Test("are none when they are empty, or their ends do not fit their scale")
    func invalid() {
        #expect(SearchRange(1, 1, .linear) == nil)
        #expect(SearchRange(2, 1, .linear) == nil)
        #expect(SearchRange(0, .infinity, .linear) == nil)
        #expect(SearchRange(.nan, 1, .linear) == nil)
        #expect(SearchRange(0, 1, .logarithmic) == nil)
        #expect(SearchRange(1, 2.5, .integer) == nil)
        #expect(SearchRange(0, 1, .linear) != nil && SearchRange(1, 2, .integer) != nil)
    }

    @Test("spread linearly, by factors, or over whole numbers equally often")
    func values() throws {
        let linear = try #require(SearchRange(0.2, 0.7, .linear))
        #expect([0, 0.25, 0.5].map(linear.value) == [0.2, 0.325, 0.45])
        let log = try #require(SearchRange(8, 128, .logarithmic))
        #expect([0, 0.25, 0.5, 0.75].map(log.value) == [8, 16, 32, 64])
        let whole = try #require(SearchRange(2, 5, .integer))
        #expect(
            [0, 0.2499, 0.25, 0.4999, 0.5, 0.75, 0.9999].map(whole.value) == [2, 2, 3, 3, 4, 5, 5])
    }

    @Test("give four digits, and never a value outside")
    func digits() throws {
        let range = try #require(SearchRange(1.23456e-5, 9.87654e-3, .logarithmic))
        for place in stride(from: 0.0, to: 1, by: 0.01) {
            let value = range.value(at: place)
            #expect(value >= range.lower && value <= range.upper)
            let digits = String(format: "%.4g", value)
            #expect(value == range.lower || value == range.upper || Double(digits) == value)
        }
    }

    @Test("state where a value is")
    func fractions() throws {
        let log = try #require(SearchRange(8, 128, .logarithmic))
        #expect(abs(try #require(log.fraction(of: 32)) - 0.5) < 1e-12)
        #expect(try #require(log.fraction(of: 256)) > 1)
        #expect(log.fraction(of: 0) == nil)
        let linear = try #require(SearchRange(0.2, 0.7, .linear))
        #expect(abs(try #require(linear.fraction(of: 0.3)) - 0.2) < 1e-12)
        #expect(try #require(linear.fraction(of: 0)) < 0)
    }

    @Test("read as a person writes them")
    func text() throws {
        #expect(SearchRange(0.2, 0.7, .linear)?.text == "0.2 to 0.7")
        #expect(SearchRange(8, 128, .logarithmic)?.text == "8 to 128 (log)")
        #expect(SearchRange(2, 5, .integer)?.text == "2 to 5 (integer)")
    }
}
