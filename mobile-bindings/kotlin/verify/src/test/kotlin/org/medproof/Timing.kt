package org.medproof

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals

/** No test of its own accord: `cargo xtask bench` runs it beside the native program. */
class Timing {
    private val fixture = JsonParser.parseString(File(System.getProperty("medproof.fixture")).readText()).asJsonObject
    private val packs = fixture["packs"].asJsonArray.map { it.asJsonObject }.map { it.text("scan") to it.bytes("proof") }
    private val policy = Policy(Purpose.DISPENSER, Mode.ONLINE)

    @Test
    fun firstAndNextVerdict() {
        repeat(2) { first() }
        val known = Client(fixture.bytes("anchor"))
        answer(known, 0)
        repeat(NEXT) { answer(known, it % 2) }
        val nexts = List(NEXT) { turn -> timed { answer(known, 1 - turn % 2) } }
        println("Kotlin: first verdict ${median(first())} µs, next ${median(nexts)} µs (medians)")
    }

    private fun first() = List(FIRST) { Client(fixture.bytes("anchor")).use { fresh -> timed { answer(fresh, 0) } } }

    private fun answer(client: Client, pack: Int) {
        val (scan, proof) = packs[pack]
        assertEquals("ok", client.verify(scan, proof, fixture.nowMs(), policy).overall)
    }

    private fun timed(work: () -> Unit): Long {
        val begin = System.nanoTime()
        work()
        return (System.nanoTime() - begin) / 1_000
    }

    private fun median(times: List<Long>) = times.sorted()[times.size / 2]

    private companion object {
        const val FIRST = 200
        const val NEXT = 2_000
    }
}
