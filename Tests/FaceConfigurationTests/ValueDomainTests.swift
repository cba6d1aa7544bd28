@testable import FaceConfiguration
import Testing

@Suite("The values that are allowed")
struct ValueDomainTests {
    private static let domains: [(ValueDomain, unit: String, allowed: String)] = [
        (.flag, "", "true or false"), (.seed, "", "a whole number from 0 to 18446744073709551615"),
        (.whole(1...9), "pixels", "a whole number from 1 to 9 pixels"),
        (.number(.range(0...1.5)), "rad", "a number from 0 to 1.5 rad"),
        (.number(.range(0..<1)), "", "a number from 0 to below 1"),
        (.number(.above(0, upTo: 1)), "", "a number above 0 and up to 1"),
        (.number(.above(0)), "", "a number above 0"),
        (.number(.atLeast(0)), "", "a number at least 0"),
        (.numberOr(.range(1...9), words: ["auto"]), "", "a number from 1 to 9, or 'auto'"),
        (.word(["on", "off"]), "", "'on' or 'off'"),
        (.word(["a", "b", "c"]), "", "'a', 'b' or 'c'"),
        (.text("a loss"), "", "a loss"),
        (.list(.whole(1...9)), "", "a list, each entry a whole number from 1 to 9"),
    ]

    @Test("end a sentence", arguments: 0..<domains.count)
    func allowed(_ index: Int) {
        let (domain, unit, allowed) = Self.domains[index]
        #expect(domain.allowed(unit: unit) == allowed)
    }

    private static let texts: [(ValueDomain, String, JSONValue?)] = [
        (.flag, "True", .bool(true)), (.flag, "yes", nil), (.whole(1...9), "9", .number(9)),
        (.whole(1...9), "10", nil), (.whole(1...9), "2.5", nil), (.whole(1...9), "", nil),
        (.number(.range(0..<1)), "0", .number(0)), (.number(.range(0..<1)), "1", nil),
        (.number(.above(0)), "0", nil),
        (.number(.above(0)), "5e-324", .number(.leastNonzeroMagnitude)),
        (.number(.atLeast(0)), "inf", nil), (.number(.atLeast(0)), "nan", nil),
        (.number(.atLeast(0)), "-0.0", .number(0)), (.seed, "18446744073709551615", .large(.max)),
        (.seed, "-1", nil), (.seed, "18446744073709551616", nil),
        (.word(["auto"]), "AUTO", .string("auto")),
        (.word(["auto"]), "1", nil),
        (.numberOr(.range(1...9), words: ["auto"]), "auto", .string("auto")),
        (.numberOr(.range(1...9), words: ["auto"]), "9", .number(9)),
        (.text(""), "x", .string("x")),
        (.list(.flag), "true", nil),
    ]

    @Test("are read from text", arguments: 0..<texts.count)
    func parsing(_ index: Int) {
        let (domain, text, value) = Self.texts[index]
        #expect(domain.value(parsing: text) == value, "\(text)")
    }

    @Test("are said where JSON has others")
    func faults() {
        let table: [(ValueDomain, JSONValue, path: String, reason: String)] = [
            (
                .whole(1...9), .string("3"), "k",
                "it must be a whole number from 1 to 9, but it is the string '3'"
            ),
            (
                .whole(1...9), .number(2.5), "k",
                "it must be a whole number from 1 to 9, but it is 2.5"
            ),
            (
                .list(.flag), .array([.bool(true), .null]), "k[1]",
                "it must be true or false, but it is null"
            ),
            (
                .word(["cosine", "step"]), .string("cosin"), "k",
                "'cosin' is not 'cosine' or 'step'; did you mean 'cosine'?"
            ),
            (.flag, .object([:]), "k", "it must be true or false, but it is an object"),
        ]
        for (domain, value, path, reason) in table {
            #expect(
                domain.fault(in: value, at: "k") == ConfigurationFault(path: path, reason: reason))
        }
        #expect(
            ValueDomain.list(.text("a loss")).fault(
                in: .array([.string("x")]), at: "k", check: { "no \($0)" })
                == ConfigurationFault(path: "k[0]", reason: "no x"))
    }
}
