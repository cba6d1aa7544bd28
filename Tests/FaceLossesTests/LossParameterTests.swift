import FaceLosses
import Testing

@Suite("Parameters of losses")
struct LossParameterTests {
    private enum Colour: String, CaseIterable { case green, red }

    private let number = LossParameterKey.number("m", default: 0.5, in: 0...1.5, unit: "rad", "")
    private let whole = LossParameterKey.whole("k", default: 3, in: 1...10, "")
    private let auto = LossParameterKey.numberOrAuto("s", symbol: "σ", in: 1...100, "")
    private let word = LossParameterKey.word("colour", default: Colour.red, "")

    @Test("say what they allow")
    func allowed() {
        #expect(number.parameter.allowed == "a number from 0 to 1.5 rad")
        #expect(whole.parameter.allowed == "a whole number from 1 to 10")
        #expect(auto.parameter.allowed == "a number from 1 to 100, or 'auto'")
        #expect(word.parameter.allowed == "'green' or 'red'")
        #expect(number.parameter.symbol == "m" && auto.parameter.symbol == "σ")
    }

    @Test("read what they allow, ends included, and nothing else")
    func values() {
        let table: [(LossParameter, String, LossValue?)] = [
            (number.parameter, "0", 0), (number.parameter, "1.5", 1.5),
            (number.parameter, "1.51", nil), (number.parameter, "-0.1", nil),
            (number.parameter, "nan", nil), (number.parameter, "", nil),
            (number.parameter, "5e-1", 0.5), (number.parameter, "0,5", nil),
            (whole.parameter, "3", 3), (whole.parameter, "3.0", 3),
            (whole.parameter, "3.5", nil), (auto.parameter, "auto", "auto"),
            (auto.parameter, "Auto", "auto"), (auto.parameter, "7", 7),
            (word.parameter, "green", "green"), (word.parameter, "blue", nil),
            (word.parameter, "1", nil),
        ]
        for (parameter, text, value) in table {
            #expect(parameter.value(parsing: text) == value, "\(parameter.name)=\(text)")
        }
    }

    @Test("give a specification's values their Swift types")
    func types() throws {
        let descriptor = LossDescriptor(
            name: "toy", title: "Toy", summary: "", paper: "", equation: "",
            parameters: [number.parameter, whole.parameter, auto.parameter, word.parameter])
        let plain = try LossSpecification(descriptor)
        #expect(plain[number] == 0.5 && plain[whole] == 3 && plain[auto] == nil)
        #expect(plain[word] == .red && plain.description == "toy")
        let other = try LossSpecification(
            descriptor,
            settings: [("m", "1"), ("k", "7"), ("s", "16"), ("colour", "green")])
        #expect(other[number] == 1 && other[whole] == 7 && other[auto] == 16)
        #expect(other[word] == .green && other.description == "toy:colour=green,k=7,m=1,s=16")
    }

    @Test(
        "print values in the shortest way that reads the same",
        arguments: [
            (32 as LossValue, "32"), (0.1, "0.1"), (1e-5, "1e-05"), (1e6, "1000000"),
            ("auto", "auto"), (0.30000000000000004, "0.30000000000000004"),
        ])
    func text(_ value: LossValue, _ text: String) {
        #expect(value.description == text)
    }
}
