import Charts
import Testing

@Suite struct FormatTests {
    @Test func writesNumbers() {
        #expect(Format.fixed(-1.005, 1) == "−1.0")
        #expect(Format.fixed(-0.001, 2) == "0.00")
        #expect(Format.signed(0.456, 2) == "+0.46")
        #expect(Format.signed(-0.456, 2) == "−0.46")
        #expect(Format.signed(0.001, 2) == "0.00")
        #expect(Format.percent(0.99834) == "99.83")
        #expect(Format.count(0) == "0")
        #expect(Format.count(999) == "999")
        #expect(Format.count(-1_234_567) == "−1,234,567")
        #expect(Format.count(1, "run") == "1 run")
        #expect(Format.count(2, "loss", plural: "losses") == "2 losses")
        #expect(Format.plain(5) == "5")
        #expect(Format.plain(0.1) == "0.1")
    }

    @Test func writesQuantities() {
        #expect(Format.quantity(6_309_000_000) == "6.31 G")
        #expect(Format.quantity(43_590_976) == "43.6 M")
        #expect(Format.quantity(148_000_000) == "148 M")
        #expect(Format.quantity(512_000) == "512 k")
        #expect(Format.quantity(64) == "64.0")
        #expect(Format.quantity(611, as: 1296) == "0.61 k")
        #expect(Format.quantity(2_000_000, as: 43_590_976) == "2.0 M")
        #expect(Format.quantity(0.25, as: 640) == "0")
        #expect(Format.duration(12.34) == "12.3 s")
        #expect(Format.duration(200) == "3 min 20 s")
        #expect(Format.duration(3723) == "1 h 02 min")
    }

    @Test func listsNames() {
        #expect(Format.list([]) == "")
        #expect(Format.list(["a"]) == "a")
        #expect(Format.list(["a", "b"]) == "a and b")
        #expect(Format.list(["a", "b", "c"]) == "a, b and c")
    }
}
