/// Finds the visible triangle at each sample; a pixel has two by two samples.
final class Rasteriser {
    /// Samples per row.
    let side: Int
    /// Depth of the visible surface, in millimetres.
    let depths: UnsafeMutablePointer<Float>
    /// Index of the visible triangle; −1 for the background.
    let owners: UnsafeMutablePointer<Int32>
    /// Whether a lens is in front.
    let lenses: UnsafeMutablePointer<UInt8>
    private(set) var hasLenses = false

    init(side: Int) {
        self.side = side
        depths = .allocate(capacity: side * side)
        owners = .allocate(capacity: side * side)
        lenses = .allocate(capacity: side * side)
    }

    deinit {
        depths.deallocate()
        owners.deallocate()
        lenses.deallocate()
    }

    /// Draws all triangles of a projected mesh; lenses must come last.
    func draw(_ mesh: MeshBuffer, strands: StrandMask) {
        depths.update(repeating: -1e9, count: side * side)
        owners.update(repeating: -1, count: side * side)
        lenses.update(repeating: 0, count: side * side)
        hasLenses = false
        for index in 0..<mesh.triangleCount {
            draw(index, mesh, strands)
        }
    }

    private func draw(_ index: Int, _ mesh: MeshBuffer, _ strands: StrandMask) {
        let corners = mesh.triangles[index]
        let part = corners.w
        guard let t = ScreenTriangle(mesh, corners), part != FacePart.head.rawValue || t.isFront,
            let box = t.box(side: side)
        else { return }
        if part == FacePart.lens.rawValue {
            hasLenses = true
            scan(t, box, index) { [lenses] sample, _ in
                lenses[sample] = 1
                return false
            }
        } else if part == FacePart.hair.rawValue, mesh.minEdge(corners) < StrandMask.band {
            scan(t, box, index) { _, weights in strands.covers(mesh, corners, weights) }
        } else {
            scan(t, box, index) { _, _ in true }
        }
    }

    /// Visits the samples at which a triangle is nearest so far; those for which `isSeen` returns
    /// true become the triangle's.
    @inline(__always)
    private func scan(
        _ t: ScreenTriangle, _ box: ScreenTriangle.Box, _ index: Int,
        isSeen: (_ sample: Int, _ weights: Vector) -> Bool
    ) {
        let (depths, owners, side) = (depths, owners, side)
        let owner = Int32(truncatingIfNeeded: index)
        let (fall, rise) = (t.a.z - t.c.z, t.b.z - t.c.z)
        let start = t.weights(Float(box.left) + 0.5, Float(box.top) + 0.5)
        var (rowU, rowV) = (start.x, start.y)
        for y in box.top...box.bottom {
            var (u, v) = (rowU, rowV)
            for sample in y * side + box.left...y * side + box.right {
                let rest = 1 - u - v
                if u >= 0, v >= 0, rest >= 0 {
                    let depth = t.c.z + fall * u + rise * v
                    if depth > depths[sample], isSeen(sample, Vector(u, v, rest)) {
                        depths[sample] = depth
                        owners[sample] = owner
                    }
                }
                u += t.across.x
                v += t.across.y
            }
            rowU += t.down.x
            rowV += t.down.y
        }
    }
}

/// A triangle in samples, ready for weights at any position.
struct ScreenTriangle {
    let a, b, c: SIMD4<Float>
    private let scale: Float
    /// Whether its outer side is visible.
    let isFront: Bool

    /// The bounding box of a triangle, in samples.
    struct Box {
        let left, right, top, bottom: Int
    }

    /// Nil for a triangle without area.
    @inline(__always)
    init?(_ mesh: MeshBuffer, _ corners: SIMD4<UInt32>) {
        a = mesh.points[Int(corners.x)]
        b = mesh.points[Int(corners.y)]
        c = mesh.points[Int(corners.z)]
        let area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)
        guard area > 1e-6 || area < -1e-6 else { return nil }
        scale = 1 / area
        // Rows of a picture run downwards, which reverses the orientation.
        isFront = area < 0
    }

    /// Change of the first two weights from one sample to the next in a row.
    @inline(__always)
    var across: SIMD2<Float> { SIMD2(b.y - c.y, c.y - a.y) * scale }

    /// Change of the first two weights from one row to the next.
    @inline(__always)
    var down: SIMD2<Float> { SIMD2(c.x - b.x, a.x - c.x) * scale }

    /// The samples whose centres may be in the triangle; nil if there are none in the picture.
    @inline(__always)
    func box(side: Int) -> Box? {
        let limit = Float(side)
        let (left, right) = (min(a.x, min(b.x, c.x)), max(a.x, max(b.x, c.x)))
        let (top, bottom) = (min(a.y, min(b.y, c.y)), max(a.y, max(b.y, c.y)))
        guard right > 0.5, bottom > 0.5, left < limit, top < limit else { return nil }
        let box = Box(
            left: Int(max(left + 0.5, 0)), right: Int(min(right + 0.5, limit)) - 1,
            top: Int(max(top + 0.5, 0)), bottom: Int(min(bottom + 0.5, limit)) - 1)
        return box.left <= box.right && box.top <= box.bottom ? box : nil
    }

    /// Barycentric weights of a position.
    @inline(__always)
    func weights(_ x: Float, _ y: Float) -> Vector {
        let u = ((b.x - x) * (c.y - y) - (c.x - x) * (b.y - y)) * scale
        let v = ((c.x - x) * (a.y - y) - (a.x - x) * (c.y - y)) * scale
        return Vector(u, v, 1 - u - v)
    }
}

extension MeshBuffer {
    /// Distance from the hair's edge at a vertex.
    @inline(__always)
    func edge(_ vertex: UInt32) -> Float { normals[Int(vertex)].w }

    /// The least distance from the hair's edge at the corners of a triangle.
    @inline(__always)
    func minEdge(_ corners: SIMD4<UInt32>) -> Float {
        min(edge(corners.x), min(edge(corners.y), edge(corners.z)))
    }

    /// Interpolates a quantity between the corners of a triangle.
    @inline(__always)
    func interpolate(
        _ values: UnsafeMutablePointer<SIMD4<Float>>, _ corners: SIMD4<UInt32>, _ weights: Vector
    ) -> SIMD4<Float> {
        values[Int(corners.x)] * weights.x + values[Int(corners.y)] * weights.y
            + values[Int(corners.z)] * weights.z
    }
}
