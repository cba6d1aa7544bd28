import FaceReport
import FaceRuns
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct HTMLPageTests {
    private static let hostile = "</style><script src=\"https://evil.example/x.js\">alert('1')&amp;"

    private func page(_ edit: @escaping (inout RunDescription) -> Void = { _ in }) throws -> String
    {
        try inTemporaryFolder { folder throws in
            var sample = SampleStudy(
                pairs: 60, epochs: 4, failed: ["resnet50 casia arcface 1"],
                unfinished: ["mobilenetv1 ms1m marginal 1": 2])
            sample.edit = edit
            try sample.write(to: folder)
            return try Report(study: folder).render().html
        }
    }

    @Test func isWellFormedAndRefersToItself() throws {
        let elements = try Elements(page())
        #expect(elements.names.contains("svg"))
        let identifiers = elements.attributes("id")
        #expect(Set(identifiers).count == identifiers.count)
        for reference in elements.attributes("aria-labelledby").flatMap({ $0.split(separator: " ") }
        ) {
            #expect(identifiers.contains(String(reference)), "\(reference)")
        }
        for link in elements.attributes("href") {
            #expect(link.hasPrefix("#"))
            #expect(identifiers.contains(String(link.dropFirst())), "\(link)")
        }
    }

    @Test func needsNothingButItself() throws {
        let html = try page()
        let elements = try Elements(html)
        for name in ["script", "link", "img", "image", "iframe", "object", "use"] {
            #expect(!elements.names.contains(name))
        }
        #expect(elements.attributes("src").isEmpty)
        let style = html.components(separatedBy: "</style>")[0]
        #expect(!style.contains("url(") && !style.contains("@import"))
        let addresses = html.components(separatedBy: "http").dropFirst().map {
            "http" + $0.prefix(30)
        }
        #expect(addresses.allSatisfy { $0.hasPrefix("http://www.w3.org/") })
        #expect(html.contains("prefers-color-scheme:dark"))
    }

    @Test func escapesEveryName() throws {
        let hostile = Self.hostile
        let html = try page { description in
            description.identity.loss += hostile
            description.identity.backbone += hostile
            description.identity.trainSet += hostile
            description.identity.sampler += hostile
            description.lossTitle += hostile
            description.backbone.title += hostile
            description.command += hostile
            description.configuration = .object([hostile: .string(hostile)])
            description.train.skipped = [hostile]
            description.train.warnings = [hostile]
            description.tests[0].name += hostile
            description.tests[0].warnings = [hostile]
        }
        let elements = try Elements(html)
        #expect(!elements.names.contains("script"))
        #expect(!html.contains("<script"))
        #expect(html.components(separatedBy: "</style>").count == 2)
        #expect(html.contains("&lt;script src=&quot;"))
    }

    @Test func describesEveryDrawing() throws {
        let html = try page()
        let drawings = html.components(separatedBy: "role=\"img\"").count - 1
        #expect(drawings > 20)
        #expect(html.components(separatedBy: "<desc id=").count - 1 == drawings)
    }
}

/// The elements of a page as an XML parser sees them.
private final class Elements: NSObject, XMLParserDelegate {
    private(set) var names: Set<String> = []
    private var values: [String: [String]] = [:]

    init(_ html: String) throws {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        #expect(
            parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }

    func attributes(_ name: String) -> [String] { values[name] ?? [] }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName qName: String?, attributes attributeDict: [String: String]
    ) {
        names.insert(elementName)
        for (name, value) in attributeDict { values[name, default: []].append(value) }
    }
}
