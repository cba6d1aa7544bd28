/// The region in which hair grows and hangs in one picture, and its colour.
///
/// A point belongs to the hair if its height is above a boundary that depends on the angle around
/// the head; distances to that boundary are in millimetres, positive inside.
struct HairStyle: Sendable {
    private static let cells = 144

    let colour: Vector
    let volume: Float
    let curl: Float
    let strandOrigin: SIMD2<Float>
    /// Height down to which the hair hangs.
    let lowest: Float
    /// Boundaries of the scalp with hair and of the hair's outer surface, by angle.
    private var scalp: [Float]
    private var outside: [Float]

    init(_ identity: FaceIdentity, _ view: FaceView) {
        let (hair, grooming) = (identity.hair, view.grooming)
        colour = SkinTone.hair(melanin: hair.melanin, red: hair.red, grey: hair.grey)
        volume = hair.volume * grooming.hairVolume
        curl = hair.curl
        strandOrigin = grooming.strandOrigin
        let long = hair.length > 24
        let hangs = long && !grooming.tiedBack
        let length = hangs ? max(hair.length + grooming.hairLength, 20) : hair.length
        let parting = PortableMath.clamp(hair.parting + grooming.parting, -1, 1)
        let shape = Shape(
            hair: hair, hangs: hangs, length: length, fringe: hair.fringe * grooming.fringe,
            parting: parting)
        scalp = []
        outside = []
        for cell in 0..<Self.cells {
            let degrees = Float(cell) * 360 / Float(Self.cells) - 180
            scalp.append(shape.boundary(degrees, outside: false))
            outside.append(shape.boundary(degrees, outside: true))
        }
        lowest = hangs ? -length - 12 : -58
    }

    /// Signed distance of a point on the scalp to the hairline.
    func scalpDistance(angle: Float, y: Float) -> Float { Self.distance(scalp, angle, y) }

    /// Signed distance of a point on the hair's outer surface to its edge.
    func outsideDistance(angle: Float, y: Float) -> Float { Self.distance(outside, angle, y) }

    private static func distance(_ table: [Float], _ angle: Float, _ y: Float) -> Float {
        let position = (angle / (2 * PortableMath.pi) + 0.5) * Float(cells)
        let whole = Int(PortableMath.clamp(position, 0, Float(cells) - 0.001))
        let next = whole + 1 < cells ? whole + 1 : 0
        let t = position - Float(whole)
        let edge = table[whole] + (table[next] - table[whole]) * t
        // One cell is about 3.3 mm of skin; a steep boundary is nearer than the difference in
        // height.
        let slope = (table[next] - table[whole]) / 3.3
        return (y - edge) / (1 + slope * slope).squareRoot()
    }
}

/// The boundary of the hair as a function of the angle around the head.
private struct Shape {
    let hair: HairTraits
    let hangs: Bool
    let length: Float
    let fringe: Float
    let parting: Float

    func boundary(_ degrees: Float, outside fringed: Bool) -> Float {
        let side = degrees < 0 ? -degrees : degrees
        let turn = degrees < 0 ? -parting : parting
        let opening = hair.sides + 4 * turn
        let front = forehead(side, degrees, fringed)
        let behind = flank(side, fringed)
        return PortableMath.mix(
            front, behind, PortableMath.smoothstep(opening - 7, opening + 5, side))
    }

    private func forehead(_ side: Float, _ degrees: Float, _ fringed: Bool) -> Float {
        let line =
            hair.hairline - hair.peak * PortableMath.bump(side / 13)
            + hair.recession * PortableMath.bump((side - 33) / 24) - 0.003 * side * side
        guard fringed, fringe > 2 else { return line }
        let sweep = 0.45 * parting * degrees * 0.03
        let fall = fringe * PortableMath.clamp(1 + sweep, 0.15, 1.5)
        return max(line - fall, 9)
    }

    private func flank(_ side: Float, _ outside: Bool) -> Float {
        if hangs, outside { return -length }
        let beforeEar = -hair.sideburns
        let overEar: Float = 9
        let nape: Float = -52
        let toEar = PortableMath.mix(
            beforeEar, overEar, PortableMath.smoothstep(76, 82, side))
        return PortableMath.mix(toEar, nape, PortableMath.smoothstep(104, 122, side))
    }
}
