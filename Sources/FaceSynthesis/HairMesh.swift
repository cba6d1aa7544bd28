/// Adds the hair's outer surface, a shell around the head, and a hat to a mesh.
struct HairMesh {
    let model: HeadModel
    let style: HairStyle
    let hat: Occlusion.Hat?
    let noise: NoiseSampler

    private static let columns = 73
    private static let rows = 36

    func append(to mesh: MeshBuffer) {
        let bottom = style.lowest
        for row in 0..<Self.rows {
            let t = Float(row) / Float(Self.rows - 1)
            let y = bottom + (model.grid.top - bottom) * t
            appendRow(y, to: mesh)
        }
        mesh.joinGrid(columns: Self.columns, rows: Self.rows, .hair, beyond: StrandMask.band)
        if let hat { append(hat, to: mesh) }
    }

    private func appendRow(_ y: Float, to mesh: MeshBuffer) {
        let section = hung(y)
        let high = PortableMath.smoothstep(10, 95, y)
        for column in 0..<Self.columns {
            let angle = HeadGrid.coordinate(column, of: Self.columns) * PortableMath.pi
            let (sine, cosine) = (PortableMath.sine(angle), PortableMath.cosine(angle))
            let edge = style.outsideDistance(angle: angle, y: y)
            let along = angle * 82
            let rough = noise(along * 0.07 + style.strandOrigin.x, y * 0.07 + style.strandOrigin.y)
            var thick =
                style.volume * (0.55 + 0.65 * high) * (1 + (0.12 + 0.2 * style.curl) * rough)
            if let hat, y > hat.edge - 12 { thick = min(thick, 3) }
            thick = 1.4 + thick * PortableMath.smoothstep(-5, 20, edge)
            var point = model.surface.profile.point(section: section, sine: sine, cosine: cosine)
            point += Vector(sine, 0, cosine) * thick
            point.y = y + thick * high * 0.9
            mesh.append(point, position: SIMD4(along, y, cosine, 0), edge: edge)
        }
    }

    /// The head's cross-section, widened below the ears to that of hanging hair.
    private func hung(_ y: Float) -> Vector {
        let profile = model.surface.profile
        var section = profile.section(at: y)
        guard y < 0 else { return section }
        let rest = profile.section(at: 0)
        let fall = PortableMath.smoothstep(0, -40, y)
        section.x = max(section.x, rest.x * (1 - 0.06 * fall))
        section.y = min(rest.y * (1 - 0.25 * fall), 80)
        section.z = max(section.z, rest.z * (1 - 0.1 * fall))
        return section
    }

    private func append(_ hat: Occlusion.Hat, to mesh: MeshBuffer) {
        let (columns, rows) = (41, 12)
        for row in 0..<rows {
            let t = Float(row) / Float(rows - 1)
            let y = hat.edge + (model.grid.top - hat.edge) * t
            let section = model.surface.profile.section(at: y)
            for column in 0..<columns {
                let angle = HeadGrid.coordinate(column, of: columns) * PortableMath.pi
                let (sine, cosine) = (PortableMath.sine(angle), PortableMath.cosine(angle))
                var point = model.surface.profile.point(
                    section: section, sine: sine, cosine: cosine)
                point += Vector(sine, 0, cosine) * (7 + 5 * t)
                point.y = y + 14 * t + (cosine < 0 ? 12 * cosine * (1 - t) : 0)
                mesh.append(point, position: SIMD4(angle * 82, y, t, 0))
            }
        }
        mesh.joinGrid(columns: columns, rows: rows, .hat)
        if hat.brim > 0 { appendBrim(hat, to: mesh) }
    }

    private func appendBrim(_ hat: Occlusion.Hat, to mesh: MeshBuffer) {
        let (columns, rows) = (19, 3)
        let section = model.surface.profile.section(at: hat.edge)
        for row in 0..<rows {
            // From the outer edge inwards, so that the normals point up.
            let reach = 1 - Float(row) / Float(rows - 1)
            for column in 0..<columns {
                let u = HeadGrid.coordinate(column, of: columns)
                let angle = u * 1.25
                let (sine, cosine) = (PortableMath.sine(angle), PortableMath.cosine(angle))
                var point = model.surface.profile.point(
                    section: section, sine: sine, cosine: cosine)
                let out = 6 + hat.brim * reach * (1 - u * u * u * u)
                point += Vector(sine * 6, 0, out)
                point.y = hat.edge + 3 - 0.26 * hat.brim * reach * (1 + u * u)
                mesh.append(point, position: SIMD4(angle * 82, hat.edge, 0, reach))
            }
        }
        mesh.joinGrid(columns: columns, rows: rows, .hat)
    }
}
