import FaceConfiguration
import FaceLosses
import Testing

@Suite("Search spaces of losses")
struct LossSearchSpaceTests {
    @Test("lie in the parameters' own domains, for every loss")
    func domains() {
        #expect(Losses.descriptors.count >= 29)
        for descriptor in Losses.descriptors {
            for parameter in descriptor.parameters {
                guard let range = parameter.search else { continue }
                let name = "\(descriptor.name):\(parameter.name)"
                #expect(parameter.isNumeric, "\(name)")
                #expect(parameter.allows(.number(range.lower)), "\(name)")
                #expect(parameter.allows(.number(range.upper)), "\(name)")
                if case .whole = parameter.domain { #expect(range.scale == .integer, "\(name)") }
                if case .number(let value) = parameter.defaultValue {
                    #expect(value >= range.lower && value <= range.upper, "\(name)")
                }
            }
        }
    }

    @Test("are there for every loss that has a margin, a scale or a weight")
    func presence() {
        let without = Losses.descriptors.filter { descriptor in
            descriptor.parameters.allSatisfy { $0.search == nil }
        }
        #expect(Set(without.map(\.name)) == ["softmax", "adacos"])
        for descriptor in Losses.descriptors {
            for name in ["m", "s"] {
                let named = descriptor.parameters.first { $0.name == name && $0.isNumeric }
                guard let parameter = named else { continue }
                #expect(parameter.search != nil, "\(descriptor.name):\(name)")
            }
        }
    }

    @Test("are declared ranges: none vanished because it is not one")
    func declared() throws {
        let arcface = try LossSpecification(parsing: "arcface")
        let searched = arcface.searchedParameters.filter { $0.parameter.search != nil }
        #expect(searched.map(\.name) == ["m", "s"])
        #expect(searched.map(\.defaultValue) == [0.5, nil])
        #expect(searched[0].parameter.search == SearchRange(0.2, 0.7, .linear))
        #expect(searched[1].parameter.search == SearchRange(8, 128, .logarithmic))
        let circle = try LossSpecification(parsing: "circle")
        let scale = circle.searchedParameters.first { $0.name == "s" }
        #expect(scale?.parameter.search == SearchRange(32, 512, .logarithmic))
    }

    @Test("know what was given, what presets have published, and what terms add")
    func given() throws {
        let loss = try LossSpecification(parsing: "cosface:m=0.4+center:weight=0.01")
        let parameters = Dictionary(
            uniqueKeysWithValues: loss.searchedParameters.map { ($0.name, $0) })
        #expect(parameters["m"]?.isFixed == true)
        #expect(parameters["s"]?.isFixed == false)
        #expect(parameters["center.weight"]?.isFixed == true)
        #expect(parameters["center.alpha"]?.isFixed == false)
        // A preset's own values are its defaults, and not fixed.
        #expect(parameters["s"]?.defaultValue == 64)
        let published = try #require(parameters["s"]).published
        #expect(published.contains { $0.preset == "amsoftmax-paper" && $0.value == 30 })
    }

    @Test("give a loss other values, and leave it the rest")
    func setting() throws {
        let loss = try LossSpecification(parsing: "insightface+center")
        let tuned = try loss.setting(["m": 0.41, "s": 31.5, "center.weight": 0.02])
        let same = try LossSpecification(
            parsing: "insightface:m=0.41,s=31.5+center:weight=0.02")
        #expect(tuned == same)
        #expect(try loss.setting([:]) == loss)
        #expect(try loss.setting(["learningRate": 3]) == loss)
        #expect(throws: FaceLossesError.self) { try loss.setting(["m": 9]) }
    }
}
