import FaceReport
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct PictureTests {
    /// Counts elements, and fails on what is no XML.
    private final class Counter: NSObject, XMLParserDelegate {
        var counts: [String: Int] = [:]

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            counts[name, default: 0] += 1
        }
    }

    private func elements(_ text: String) -> [String: Int] {
        let counter = Counter()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = counter
        #expect(parser.parse())
        return counter.counts
    }

    @Test func drawsCurvesOfTargets() {
        let points = (0..<10).map { index in
            let angle = Double(index) * .pi / 9
            return (angle: angle, logit: cos(angle), gradient: -sin(angle))
        }
        let text = TargetLogitPicture([
            .init(title: "a<b", points: points), .init(title: "arcface", points: points),
        ]).text
        let counts = elements(text)
        // The file and a panel each for logit and gradient.
        #expect(counts["svg"] == 3)
        #expect(text.contains(">a&lt;b</text>") && !text.contains("var(--"))
        #expect(text.components(separatedBy: "class=\"series c1\"").count == 3)
    }

    @Test func drawsEmbeddingsOnACircleAndASphere() {
        func panel(_ embeddings: [[Double]]) -> EmbeddingPicture.Panel {
            EmbeddingPicture.Panel(
                title: "x", note: "n", embeddings: embeddings, labels: [0, 1],
                weights: [(label: 0, direction: embeddings[0])])
        }
        let flat = elements(
            EmbeddingPicture(
                title: "t", panels: Array(repeating: panel([[1, 0], [0, 0]]), count: 5)
            ).text)
        // Three circles of the frame and two embeddings a panel; a class weight and two ticks.
        #expect(flat["svg"] == 6 && flat["circle"] == 25 && flat["line"] == 15)
        let round = elements(
            EmbeddingPicture(title: "t", panels: [panel([[1, 0, 0], [0, 0, 2]])]).text)
        #expect(round["circle"] == 4 && round["line"] == 1 && round["path"] == 11)
    }
}
