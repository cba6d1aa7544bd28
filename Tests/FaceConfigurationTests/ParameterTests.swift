import FaceConfiguration
import Testing

@Suite("Parameters in name:key=value")
struct ParameterTests {
    private enum Colour: String, CaseIterable { case green, red }

    private static let margin = ParameterKey.number(
        "m", aliases: ["margin"], default: 0.5, in: 0...1.5, unit: "rad", "")
    private static let limit = ParameterKey.numberOrAuto("M", in: 0...1e8, "")
    private static let count = ParameterKey.whole("k", default: 3, in: 1...10, "")
    private static let colour = ParameterKey.word("colour", default: Colour.red, "")
    private static let isOn = ParameterKey.toggle("bn", default: true, "")
    private static let rise = ParameterKey.number("scaleWarmup", default: 1, in: 0...1, "")
    private static let all = [
        margin.parameter, limit.parameter, count.parameter, colour.parameter, isOn.parameter,
        rise.parameter,
    ]

    private func values(_ text: String) throws -> ParameterValues {
        let parts = try ParameterText(parsing: text, example: "toy:m=1")
        return try ParameterValues(parts.assignments, of: Self.all, owner: parts.name)
    }

    @Test(
        "have one canonical text",
        arguments: [
            ("toy", "toy"), (" toy : m = 0.50 ", "toy"), ("toy:m=.4,bn=off", "toy:bn=off,m=0.4"),
            ("toy:Margin=1", "toy:m=1"), ("toy:M=7", "toy:M=7"), ("toy:m=1,M=7", "toy:M=7,m=1"),
            ("toy:COLOUR=Green", "toy:colour=green"), ("toy:k=4.0", "toy:k=4"),
            ("toy:rise=0", "toy:scaleWarmup=0"), ("toy:scale_warmup=0", "toy:scaleWarmup=0"),
            ("toy:m=1e0", "toy:m=1"),
        ])
    func canonical(_ text: String, _ canonical: String) throws {
        #expect(try values(text).text("toy") == canonical)
        #expect(try values(canonical) == values(text))
    }

    @Test(
        "that are wrong say what, where, and what to do",
        arguments: [
            ("toy:m", "'m' in 'toy:m' is not of the form name=value, as in 'toy:m=1'"),
            ("toy:", "'' in 'toy:' is not of the form name=value, as in 'toy:m=1'"),
            ("toy:m=1=2", "'m=1=2' in 'toy:m=1=2' is not of the form name=value, as in 'toy:m=1'"),
            ("toy:m=1,m=1", "'toy:m=1,m=1' gives m twice; keep one of them"),
            ("toy:m=1,margin=1", "'toy:m=1,margin=1' gives m twice; keep one of them"),
            ("toy:colur=red", "toy has no parameter 'colur'; did you mean 'colour'?"),
            (
                "toy:zzzzz=1",
                "toy has no parameter 'zzzzz'; its parameters are m, M, k, colour, bn, scaleWarmup"
            ),
            ("toy:m=2", "m of toy is '2'; it must be a number from 0 to 1.5 rad"),
            ("toy:k=2.5", "k of toy is '2.5'; it must be a whole number from 1 to 10"),
            ("toy:bn=yes", "bn of toy is 'yes'; it must be 'on' or 'off'"),
            ("toy:M=-1", "M of toy is '-1'; it must be a number from 0 to 100000000, or 'auto'"),
        ])
    func messages(_ text: String, _ message: String) {
        let error = #expect(throws: ParameterError.self) { try values(text) }
        #expect(error?.description == message)
    }

    @Test("have their Swift types")
    func types() throws {
        let plain = try values("toy")
        #expect(plain[Self.margin] == 0.5 && plain[Self.limit] == nil && plain[Self.count] == 3)
        #expect(plain[Self.colour] == .red && plain[Self.isOn] && plain == .defaults)
        let other = try values("toy:m=1,M=2,k=10,colour=green,bn=off")
        #expect(other[Self.margin] == 1 && other[Self.limit] == 2 && other[Self.count] == 10)
        #expect(other[Self.colour] == .green && !other[Self.isOn])
    }

    @Test("Values of a base hold where none is given")
    func base() throws {
        let found = try ParameterValues(
            [.init("m", "0.3")], of: Self.all, owner: "toy", over: ["m": 1, "k": 5, "bn": "on"])
        #expect(found.values == ["m": 0.3, "k": 5])
    }

    @Test("A sum is taken apart, but not a number")
    func terms() {
        #expect(
            ParameterText.terms(of: "a + b:w=1e+2+c").map(String.init) == ["a ", " b:w=1e+2", "c"])
        #expect(ParameterText.terms(of: "").map(String.init) == [""])
    }
}

@Suite("Names")
struct NamesTests {
    @Test("differ in letters and digits alone")
    func folded() {
        for name in ["AM-Softmax", "am_softmax", "AMSoftmax", "am softmax", "a.m-soft_max"] {
            #expect(Names.folded(name) == "amsoftmax")
        }
        #expect(Names.folded("sphereface-r") != Names.folded("sphereface"))
    }

    @Test(
        "of former versions become today's, and back",
        arguments: [
            ("amsoftmax:rise=0,s=32,warmup=0", "amsoftmax:s=32,scaleWarmup=0,warmup=0"),
            ("arcface:beyond=none,m=0.4", "arcface:fallback=none,m=0.4"),
            (
                "arcface:rise=0,s=20,warmup=0+center:weight=1e+2",
                "arcface:s=20,scaleWarmup=0,warmup=0+center:weight=1e+2"
            ),
            ("arcface", "arcface"), ("arcface:m=0.4", "arcface:m=0.4"),
        ])
    func former(_ former: String, _ current: String) {
        #expect(FormerNames.current(inText: former) == current)
        #expect(FormerNames.current(inText: current) == current)
        #expect(FormerNames.former(ofText: current) == former)
    }

    @Test("of values become today's, those of terms too")
    func values() {
        let values = ["rise": 1, "s": 2, "toy.beyond": 3, "toy.weight": 4]
        #expect(
            FormerNames.current(inValues: values)
                == ["scaleWarmup": 1, "s": 2, "toy.fallback": 3, "toy.weight": 4])
    }
}
