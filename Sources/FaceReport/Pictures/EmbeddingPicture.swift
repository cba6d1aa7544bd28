import Charts
import Foundation

/// Embeddings of two or three components and the class weights, one panel per loss: a picture of the effect
/// of margins.
package struct EmbeddingPicture: Sendable {
    /// The embeddings learnt with one loss.
    package struct Panel: Sendable {
        /// Name of the loss.
        package var title: String
        /// Notes on the picture.
        package var note: String
        /// Embeddings of 2 or 3 components.
        package var embeddings: [[Double]]
        /// The identity of each.
        package var labels: [Int]
        /// Directions of class weights with their identities; empty if there are none.
        package var weights: [(label: Int, direction: [Double])]

        package init(
            title: String, note: String, embeddings: [[Double]], labels: [Int],
            weights: [(label: Int, direction: [Double])]
        ) {
            self.title = title
            self.note = note
            self.embeddings = embeddings
            self.labels = labels
            self.weights = weights
        }
    }

    package var panels: [Panel]
    /// Title of the picture.
    package var title: String

    package init(title: String, panels: [Panel]) {
        self.title = title
        self.panels = panels
    }

    private static let side = 250.0
    private static let radius = 104.0

    /// The picture as an SVG file.
    package var text: String {
        let isFlat = panels.allSatisfy { $0.embeddings.first?.count == 2 }
        return PictureFile(
            title: title,
            caption: isFlat
                ? [
                    "Dots: embeddings, the longest at the edge of the inner circle. Ring: their "
                        + "directions. Lines: class weights. One colour per identity."
                ]
                : [
                    "Dots: directions of embeddings, pale on the far side. Lines: class weights. "
                        + "One colour per identity."
                ],
            panels: panels.map { panel in
                PictureFile.Panel(
                    title: panel.title, note: panel.note,
                    drawing: isFlat ? circle(panel) : sphere(panel), size: (Self.side, Self.side))
            }, columns: panels.count == 5 || panels.count == 6 ? 3 : 4
        ).text
    }

    private func frame(_ content: Markup) -> Markup {
        let half = Self.side / 2
        let box = [-half, -half, Self.side, Self.side].map(Coordinate.text).joined(separator: " ")
        return element("svg", ["viewBox": box]) { content }
    }

    private func color(_ label: Int) -> String { "c\(label % Palette.count)" }

    // MARK: Two components

    private func circle(_ panel: Panel) -> Markup {
        let inner = Self.radius * 0.84
        let longest = panel.embeddings.map { hypot($0[0], $0[1]) }.max() ?? 1
        let scale = longest > 0 ? inner / longest : 0
        return frame(
            .group([
                disc(Self.radius, "globe"), disc(inner, "grid"), disc(Self.radius, "outline"),
                .group(
                    panel.weights.map { weight in
                        let (x, y) = (weight.direction[0], -weight.direction[1])
                        return Mark.line(
                            "spoke \(color(weight.label))", 0, 0, x * Self.radius, y * Self.radius)
                    }),
                .group(
                    zip(panel.embeddings, panel.labels).map { embedding, label in
                        marks(embedding, scale, color(label))
                    }),
            ]))
    }

    /// A dot at the embedding, and a tick on the ring in its direction.
    private func marks(_ embedding: [Double], _ scale: Double, _ color: String) -> Markup {
        let (x, y) = (embedding[0], -embedding[1])
        let norm = max(hypot(x, y), 1e-12)
        let (first, last) = (Self.radius + 2, Self.radius + 13)
        return .group([
            dot(x * scale, y * scale, 2.2, "dot \(color)"),
            Mark.line(
                "spoke tick-mark \(color)", x / norm * first, y / norm * first, x / norm * last,
                y / norm * last),
        ])
    }

    private func disc(_ radius: Double, _ kind: String) -> Markup { dot(0, 0, radius, kind) }

    private func dot(_ x: Double, _ y: Double, _ radius: Double, _ kind: String) -> Markup {
        element(
            "circle",
            [
                "class": kind, "cx": Coordinate.text(x), "cy": Coordinate.text(y),
                "r": Coordinate.text(radius),
            ])
    }

    // MARK: Three components

    private func sphere(_ panel: Panel) -> Markup {
        let points = zip(panel.embeddings, panel.labels).map { embedding, label in
            (label, Self.seen(embedding))
        }
        let spokes = panel.weights.map { ($0.label, Self.seen($0.direction)) }
        func half(_ isFront: Bool) -> Markup {
            let kind = isFront ? "" : " behind"
            return .group(
                spokes.filter { ($1.depth >= 0) == isFront }.map { label, position in
                    Mark.line("spoke \(color(label))\(kind)", 0, 0, position.x, position.y)
                }
                    + points.filter { ($1.depth >= 0) == isFront }.map { label, position in
                        dot(position.x, position.y, 2.3, "dot \(color(label))\(kind)")
                    })
        }
        return frame(
            .group([
                disc(Self.radius, "globe"), half(false), graticule, disc(Self.radius, "outline"),
                half(true),
            ]))
    }

    /// The orthographic projection of a direction, seen from the upper right.
    private static func seen(_ vector: [Double]) -> (x: Double, y: Double, depth: Double) {
        let norm = max(1e-12, vector.map { $0 * $0 }.reduce(0, +).squareRoot())
        let (x, y, z) = (vector[0] / norm, vector[1] / norm, vector[2] / norm)
        let (turn, tilt) = (0.6, 0.42)
        let (side, ahead) = (x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn))
        let (up, depth) = (z * cos(tilt) - ahead * sin(tilt), z * sin(tilt) + ahead * cos(tilt))
        return (side * radius, -up * radius, depth)
    }

    /// Meridians and parallels of the near hemisphere, every 30 degrees.
    private var graticule: Markup {
        let degrees = stride(from: -180.0, through: 180, by: 6).map { $0 * .pi / 180 }
        let parallels = [-60.0, -30, 0, 30, 60].map { $0 * .pi / 180 }.map { height in
            degrees.map { [cos($0) * cos(height), sin($0) * cos(height), sin(height)] }
        }
        let meridians = stride(from: 0.0, to: 180, by: 30).map { $0 * .pi / 180 }.map { turn in
            degrees.map { [cos($0) * cos(turn), cos($0) * sin(turn), sin($0)] }
        }
        return .group((parallels + meridians).map(visible))
    }

    private func visible(_ line: [[Double]]) -> Markup {
        var data = ""
        var isDrawing = false
        for point in line {
            let position = Self.seen(point)
            if position.depth >= 0 {
                data += isDrawing ? "L" : "M"
                data += "\(Coordinate.text(position.x)) \(Coordinate.text(position.y))"
            }
            isDrawing = position.depth >= 0
        }
        return element("path", ["class": "grid", "d": data])
    }
}
