package org.medproof

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.Collections
import java.util.concurrent.Executors

/** A node on this machine that answers as a test tells it to, and notes what was asked. */
class Server(private val answer: (HttpExchange) -> Unit) : AutoCloseable {
    val asked: MutableList<String> = Collections.synchronizedList(mutableListOf())
    private val threads = Executors.newCachedThreadPool()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0).apply {
        executor = threads
        createContext("/") { exchange ->
            asked += exchange.requestURI.toString()
            exchange.use { runCatching { answer(it) } }
        }
        start()
    }

    val address = "http://127.0.0.1:${server.address.port}"

    override fun close() {
        server.stop(0)
        threads.shutdownNow()
    }

    companion object {
        /** A node that has this proof, and no header beyond it. */
        fun with(proof: ByteArray) = Server { exchange ->
            if (exchange.requestURI.path == "/v1/proofs") exchange.send(200, proof) else exchange.send(404)
        }
    }
}

fun HttpExchange.send(status: Int, body: ByteArray = ByteArray(0)) {
    sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
    responseBody.write(body)
}
